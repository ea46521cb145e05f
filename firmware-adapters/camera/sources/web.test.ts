import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { readJpeg } from "../codec/jpeg-walk.ts";
import { childrenNamed } from "../testing/children.ts";
import { frameDeps, recordingLog, settingsOf, simulate, take } from "../testing/rig.ts";
import { makeSource } from "./make-source.ts";
import { openFrames } from "./open-frames.ts";
import { takePicture } from "./take-picture.ts";

const never = new AbortController().signal;
const jpeg = { format: "jpeg", maxFramesPerSecond: 30 } as const;
const KINDS = [
  { kind: "snapshot", path: "/snapshot.jpg" },
  { kind: "mjpeg", path: "/mjpeg" },
] as const;

function settings({ kind, path }: (typeof KINDS)[number], port: number, more: object = {}) {
  return settingsOf({ source: { kind, url: `http://127.0.0.1:${port}${path}?channel=1` }, ...more });
}

describe.each(KINDS)("$kind", (way) => {
  it("gives whole JPEGs, numbered and dated", async () => {
    await using simulator = await simulate();
    await using stream = await openFrames(settings(way, simulator.ports.http), jpeg, frameDeps, never);
    const frames = await take(stream, 5);
    for (const { bytes, width, height } of frames) {
      expect(readJpeg(bytes)).toEqual({ length: bytes.length, width, height });
    }
    expect(new Set(frames.map(({ sequence }) => sequence)).size).toBe(5);
    expect(stream.stats()).toMatchObject({ restarts: 0, trouble: undefined });
    expect(systemClock.monotonicMs() - (frames.at(-1)?.capturedAtMs ?? 0)).toBeLessThan(5_000);
  });

  it.each(["MD5", "SHA-256", "basic"] as const)(
    "shows its credentials by %s, with nonces that go stale",
    async (scheme) => {
      const guard = { username: "admin", password: 'p@ss:w"ö\\rd', scheme, usesPerNonce: 2 };
      await using simulator = await simulate({ guard });
      const { username, password } = guard;
      const right = settings(way, simulator.ports.http, { username, password });
      await using stream = await openFrames(right, jpeg, frameDeps, never);
      expect(await take(stream, 6)).toHaveLength(6);
      expect(stream.stats().restarts).toBe(0);
    },
  );

  it("says that credentials were refused, or are needed, and says none", async () => {
    const guard = { username: "admin", password: "right", scheme: "MD5" } as const;
    await using simulator = await simulate({ guard });
    const log = recordingLog();
    const wrong = settings(way, simulator.ports.http, { username: "admin", password: "wrong-password" });
    await using stream = await openFrames(wrong, jpeg, { ...frameDeps, log }, never);
    const trouble = await eventually("the refusal", () => stream.stats().trouble);
    expect(trouble).toMatchObject({
      code: "camera/credentials-refused",
      message: expect.stringMatching(/credentials refused/),
    });
    await eventually("a line in the log", () => log.text() !== "");
    expect(`${trouble.stack} ${JSON.stringify(trouble)} ${log.text()}`).not.toMatch(/wrong-password|channel=1/);
    const none = settings(way, simulator.ports.http);
    await expect(takePicture(makeSource(none, frameDeps), { clock: systemClock, limits: none }, never)).rejects.toThrow(
      /credentials refused: it asks for some/,
    );
  });

  it("begins anew after a picture was cut off, and gives none that is not whole", async () => {
    await using simulator = await simulate();
    await using stream = await openFrames(settings(way, simulator.ports.http), jpeg, frameDeps, never);
    await take(stream, 2);
    simulator.camera.plan({ kind: "cut" });
    await eventually("a new beginning", () => stream.stats().restarts === 1);
    const frames = await take(stream, 3);
    expect(frames.every(({ bytes }) => readJpeg(bytes)?.length === bytes.length)).toBe(true);
  });

  it("follows a change of the picture's size", async () => {
    await using simulator = await simulate();
    await using stream = await openFrames(settings(way, simulator.ports.http), jpeg, frameDeps, never);
    await take(stream, 1);
    simulator.camera.resize(640, 360);
    let size: readonly number[] = [];
    for await (const { width, height } of stream) {
      size = [width, height];
      if (width === 640) break;
    }
    expect(size).toEqual([640, 360]);
  });

  it("begins anew when the camera falls silent, and goes on when it speaks again", async () => {
    await using simulator = await simulate();
    const impatient = settings(way, simulator.ports.http, { timeoutMs: 500, staleAfterMs: 1_000 });
    await using stream = await openFrames(impatient, jpeg, frameDeps, never);
    await take(stream, 1);
    simulator.camera.isSilent = true;
    const trouble = await eventually("silence", () => stream.stats().trouble);
    expect(trouble.code).toBe("camera/timeout");
    simulator.camera.isSilent = false;
    const { frames } = stream.stats();
    await eventually("pictures again", () => stream.stats().frames > frames);
  });

  it("gives no raw pictures, and says so at once", async () => {
    const request = { format: "rgb", width: 64, height: 64, maxFramesPerSecond: 1 } as const;
    const opening = openFrames(settings(way, 9), request, frameDeps, never);
    await expect(opening).rejects.toMatchObject({ code: "camera/jpeg-only" });
  });

  it("needs no ffmpeg", async () => {
    await using simulator = await simulate();
    const deps = { ...frameDeps, ffmpegPath: "/nonexistent/ffmpeg" };
    await using stream = await openFrames(settings(way, simulator.ports.http), jpeg, deps, never);
    expect(await take(stream, 1)).toHaveLength(1);
    expect(childrenNamed("ffmpeg")).toEqual([]);
  });
});

describe("motion JPEG", () => {
  it("reads parts that do not say how long they are", async () => {
    await using simulator = await simulate({ hasLength: false });
    const way = settingsOf({ source: { kind: "mjpeg", url: `http://127.0.0.1:${simulator.ports.http}/mjpeg` } });
    await using stream = await openFrames(way, jpeg, frameDeps, never);
    expect(await take(stream, 3)).toHaveLength(3);
  });

  it("passes over parts that are no pictures, and counts a stream of them as none", async () => {
    await using simulator = await simulate();
    simulator.camera.plan({ kind: "garbage", bytes: Buffer.from("no picture") }, 3);
    const way = settingsOf({ source: { kind: "mjpeg", url: `http://127.0.0.1:${simulator.ports.http}/mjpeg` } });
    await using stream = await openFrames(way, jpeg, frameDeps, never);
    await take(stream, 1);
    expect(stream.stats().restarts).toBe(0);
    simulator.camera.plan({ kind: "garbage", bytes: Buffer.from("no picture") }, 100);
    expect((await eventually("trouble", () => stream.stats().trouble)).code).toBe("camera/bad-stream");
  });

  it("hands on no more than asked for", async () => {
    await using simulator = await simulate({ framesPerSecond: 50 });
    const way = settingsOf({ source: { kind: "mjpeg", url: `http://127.0.0.1:${simulator.ports.http}/mjpeg` } });
    await using stream = await openFrames(way, { format: "jpeg", maxFramesPerSecond: 5 }, frameDeps, never);
    const frames = await take(stream, 6);
    const lastedMs = (frames.at(-1)?.capturedAtMs ?? 0) - (frames[0]?.capturedAtMs ?? 0);
    expect(lastedMs).toBeGreaterThan(700);
  });

  it("says which kind an address is that is no motion JPEG", async () => {
    await using simulator = await simulate();
    const way = settingsOf({ source: { kind: "mjpeg", url: `http://127.0.0.1:${simulator.ports.http}/snapshot.jpg` } });
    await expect(takePicture(makeSource(way, frameDeps), { clock: systemClock, limits: way }, never)).rejects.toThrow(
      /its kind is snapshot/,
    );
  });
});

describe("what needs ffmpeg", () => {
  it("says which package is missing where it is not installed", async () => {
    const deps = { ...frameDeps, ffmpegPath: "/nonexistent/ffmpeg" };
    const rtsp = settingsOf({ source: { kind: "rtsp", url: "rtsp://127.0.0.1:9/" } });
    const opening = openFrames(rtsp, jpeg, deps, never);
    await expect(opening).rejects.toMatchObject({
      code: "camera/no-ffmpeg",
      message: expect.stringMatching(/Debian package "ffmpeg"/),
    });
  });

  it("is told when the program is another one", async () => {
    const rtsp = settingsOf({ source: { kind: "rtsp", url: "rtsp://127.0.0.1:9/" } });
    const opening = openFrames(rtsp, jpeg, { ...frameDeps, ffmpegPath: "/bin/true" }, never);
    await expect(opening).rejects.toMatchObject({ code: "camera/no-ffmpeg" });
  });
});
