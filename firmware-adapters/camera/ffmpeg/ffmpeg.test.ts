import { FFMPEG, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { testPattern } from "../simulator/picture/test-pattern.ts";
import { measureBrightness } from "./brightness.ts";
import { complaintError } from "./complaint.ts";
import { describeFfmpeg, findFfmpeg } from "./find-ffmpeg.ts";
import { inputArgs } from "./input.ts";
import { outputArgs } from "./output.ts";

const credentials = { username: "admin", password: "p@ss'w%rd" };
const input = {
  url: "rtsp://camera:554/Stream?channel=1&name='x'",
  credentials,
  transport: "tcp",
  timeoutMs: 5_000,
  isCertificateChecked: true,
} as const;
const version = (words: string) => describeFfmpeg("ffmpeg", `ffmpeg version ${words} Copyright (c) 2000-2026`);

describe("FFmpeg's versions", () => {
  it.each([
    ["5.1.9-0+deb12u1", "5.1", "timeout", "-fps_mode"],
    ["5.0.3", "5.0", "timeout", "-vsync"],
    ["4.3.9-0+deb11u1", "4.3", "stimeout", "-vsync"],
    ["n7.1", "7.1", "timeout", "-fps_mode"],
    ["N-109542-g1bf9e9d", "unknown", "timeout", "-fps_mode"],
  ])("%s is %s and calls a timeout %s and passing through %s", (words, name, timeout, pass) => {
    const ffmpeg = version(words);
    expect([ffmpeg.version, ffmpeg.rtspTimeoutOption, ffmpeg.passThrough[0]]).toEqual([name, timeout, pass]);
  });

  it("gets the address by standard input, with every option beside it", () => {
    const { args, input: list } = inputArgs(version("5.1.9"), input);
    expect(args.join(" ")).not.toMatch(/camera|admin|p%40ss/);
    expect(list.split("\n")).toEqual([
      "ffconcat version 1.0",
      "file 'rtsp://admin:p%40ss%27w%25rd@camera:554/Stream?channel=1&name=%27x%27'",
      "option rtsp_transport tcp",
      "option timeout 5000000",
      "option probesize 500000",
      "option analyzeduration 500000",
      "",
    ]);
  });

  it("gets the address on the command line where there is no other way, with the old name of the timeout", () => {
    const { args, input: list } = inputArgs(version("4.3.9"), input);
    expect(list).toBe("");
    expect(args.join(" ")).toContain("-rtsp_transport tcp -stimeout 5000000 -probesize");
    expect(args.at(-1)).toMatch(/^rtsp:\/\/admin:p%40ss/);
  });

  it("checks certificates over https unless it is told not to", () => {
    const secure = { ...input, url: "https://camera/video.flv" };
    expect(inputArgs(version("5.1.9"), secure).input).toContain("option tls_verify 1\n");
    expect(inputArgs(version("5.1.9"), { ...secure, isCertificateChecked: false }).input).toContain("tls_verify 0\n");
  });

  it("never opens a file, whatever an address leads to", () => {
    const { args } = inputArgs(version("5.1.9"), input);
    expect(args[args.indexOf("-protocol_whitelist") + 1]?.split(",")).not.toContain("file");
  });

  it("is asked for what is wanted", () => {
    const ffmpeg = version("5.1.9");
    const rgb = { format: "rgb", width: 64, height: 48, maxFramesPerSecond: 5 } as const;
    expect(outputArgs(ffmpeg, rgb, false).join(" ")).toMatch(
      /,scale=64:48,format=rgb24 .*-pix_fmt rgb24 -f rawvideo pipe:1$/,
    );
    const jpeg = { format: "jpeg", width: 64, maxFramesPerSecond: 5 } as const;
    expect(outputArgs(ffmpeg, jpeg, true).join(" ")).toMatch(/-vf scale=64:-2 .*-frames:v 1 -c:v mjpeg/);
  });
});

describe("FFmpeg's complaints", () => {
  const host = "camera:554";
  const error = (complaint: string, exitCode: number | null = 1) =>
    complaintError(host, { exitCode, complaint }, credentials);

  it.each([
    ["[rtsp @ 0x55] method DESCRIBE failed: 401 Unauthorized", "camera/credentials-refused"],
    ["[rtsp @ 0x55] method DESCRIBE failed: 404 Not Found", "camera/refused"],
    ["[rtsp @ 0x55] method SETUP failed: 461 Unsupported Transport", "camera/refused"],
    ["pipe:0: Server returned 5XX Server Error reply", "camera/refused"],
    ["[tcp @ 0x55] Connection to tcp://1.2.3.4:1 failed: Connection refused", "camera/unreachable"],
    ["[tcp @ 0x55] Failed to resolve hostname camera: Name or service not known", "camera/unreachable"],
    ["pipe:0: No route to host", "camera/unreachable"],
    ["pipe:0: Connection timed out", "camera/timeout"],
    ["[tls @ 0x55] Peer certificate failed verification", "camera/untrusted-certificate"],
    ["pipe:0: Invalid data found when processing input", "camera/bad-stream"],
    ["something else", "camera/ended"],
    ["", "camera/ended"],
  ])("%s means %s", (complaint, code) => {
    expect(error(complaint)).toMatchObject({ code, message: expect.stringContaining(host) });
  });

  it("are quoted without addresses, credentials and control characters, and not for long", () => {
    const complaint = `first\n\u001b[31mfailed rtsp://admin:p%40ss@camera/x with admin and p@ss'w%rd ${"x".repeat(500)}`;
    const { message } = error(complaint);
    expect(message).toContain("failed (address) with (secret) and (secret)");
    expect(message).not.toMatch(/admin|p@ss|p%40ss/);
    expect(message).not.toContain("\u001b");
    expect(message.length).toBeLessThan(300);
  });

  it("are not quoted where a secret is too short to be blotted out", () => {
    const { message } = complaintError(host, { exitCode: 1, complaint: "a b c" }, { username: "admin", password: "b" });
    expect(message).toBe("camera:554: the stream ended (ffmpeg 1)");
  });
});

const noFfmpeg = missingPeer(FFMPEG);
if (noFfmpeg !== undefined) console.warn(`skipped: ${noFfmpeg}`);

describe.skipIf(noFfmpeg !== undefined)("the installed FFmpeg", () => {
  const never = new AbortController().signal;

  it("measures light and dark, and refuses what is no picture", async () => {
    const ffmpeg = await findFfmpeg("ffmpeg", never);
    expect(ffmpeg.version).toMatch(/^(\d+\.\d+|unknown)$/);
    const light = await measureBrightness(ffmpeg, testPattern({ width: 640, height: 360, frame: 3 }), never);
    const dark = await measureBrightness(
      ffmpeg,
      testPattern({ width: 640, height: 360, frame: 3, isDark: true }),
      never,
    );
    expect(light).toBeGreaterThan(30);
    expect(light).toBeLessThan(70);
    expect(dark).toBeLessThan(3);
    await expect(measureBrightness(ffmpeg, Buffer.from("no picture"), never)).rejects.toMatchObject({
      code: "camera/bad-stream",
    });
  });
});
