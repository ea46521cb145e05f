import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { FFMPEG, missingPeer } from "@outpost/kernel/testing/peers.ts";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const readyLine = z.object({
  ready: z.literal(true),
  http: z.int(),
  scene: z.literal("lift"),
  split: z.literal("train"),
});
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const ARGS = ["--scene", "lift", "--seed", "3", "--size", "192x108", "--fineness", "1", "--fps", "5", "--with-parent"];

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface(child.stdout)) return line;
  return "";
}

describe("a scene as a camera", () => {
  let child: ChildProcess;
  let base: string;

  beforeAll(async () => {
    child = spawn(process.execPath, [MAIN, ...ARGS], { stdio: ["pipe", "pipe", "inherit"] });
    const ready: unknown = JSON.parse(await firstLine(child));
    base = `http://127.0.0.1:${readyLine.parse(ready).http}`;
  });

  afterAll(async () => {
    const ended = once(child, "exit");
    child.stdin?.end();
    await ended;
  });

  it("gives one picture, and what is true of it", async () => {
    const picture = await (await fetch(`${base}/snapshot.jpg`)).arrayBuffer();
    expect(await sharp(Buffer.from(picture)).metadata()).toMatchObject({ format: "jpeg", width: 192, height: 108 });
    const truth: unknown = await (await fetch(`${base}/truth.json`)).json();
    expect(truth).toMatchObject({ atMs: expect.any(Number), things: expect.any(Array), facts: { weather: "indoors" } });
  });

  it("streams motion JPEG: whole pictures, of the length it says", async () => {
    const stop = new AbortController();
    const response = await fetch(`${base}/mjpeg`, { signal: stop.signal });
    expect(response.headers.get("content-type")).toContain("multipart/x-mixed-replace; boundary=");
    let bytes = Buffer.alloc(0);
    for await (const chunk of response.body ?? []) {
      bytes = Buffer.concat([bytes, chunk]);
      const head = /Content-Length: (\d+)\r\n\r\n/.exec(bytes.toString("latin1"));
      const from = (head?.index ?? 0) + (head?.[0].length ?? 0);
      if (head === null || bytes.length < from + Number(head[1])) continue;
      expect((await sharp(bytes.subarray(from, from + Number(head[1]))).metadata()).width).toBe(192);
      break;
    }
    stop.abort();
    expect(bytes.length).toBeGreaterThan(1_000);
  });

  it("answers neither other paths nor other methods", async () => {
    expect((await fetch(`${base}/else`)).status).toBe(404);
    expect((await fetch(`${base}/mjpeg`, { method: "POST" })).status).toBe(405);
  });

  it.skipIf(missingPeer(FFMPEG))("goes over RTSP through ffmpeg, and ffprobe reads its size", async () => {
    const port = await freePort();
    const url = `rtsp://127.0.0.1:${String(port)}/scene`;
    const probe = spawn("ffprobe", [
      "-v",
      "error",
      "-rtsp_flags",
      "listen",
      "-timeout",
      "50",
      "-show_entries",
      "stream=codec_name,width,height",
      "-of",
      "json",
      url,
    ]);
    const push = pushing(url, `${base}/mjpeg`, probe);
    let text = "";
    for await (const chunk of probe.stdout) text += String(chunk);
    push.abort();
    expect(JSON.parse(text)).toMatchObject({ streams: [{ codec_name: "h264", width: 192, height: 108 }] });
  });
});

/** ffmpeg sends the stream on, and tries again until the listener is up or has ended. */
function pushing(to: string, from: string, listener: ChildProcess): AbortController {
  const stop = new AbortController();
  const codec = [
    "-an",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-tune",
    "zerolatency",
    "-g",
    "5",
    "-pix_fmt",
    "yuv420p",
  ];
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted && listener.exitCode === null) {
      const push = spawn(
        "ffmpeg",
        ["-v", "error", "-f", "mpjpeg", "-i", from, ...codec, "-rtsp_transport", "tcp", "-f", "rtsp", to],
        { stdio: "ignore" },
      );
      stop.signal.addEventListener("abort", () => push.kill("SIGKILL"), { once: true });
      await once(push, "exit");
    }
  };
  run().catch(() => stop.abort());
  return stop;
}
