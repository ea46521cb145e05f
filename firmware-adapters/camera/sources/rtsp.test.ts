import { systemClock } from "@outpost/kernel/clock.ts";
import { FFMPEG, GST_RTSP, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { readJpeg } from "../codec/jpeg-walk.ts";
import { childrenNamed, isAlive } from "../testing/children.ts";
import { frameDeps, recordingLog, settingsOf, take } from "../testing/rig.ts";
import { startRtspServer } from "../testing/rtsp-server.ts";
import { makeSource } from "./make-source.ts";
import { openFrames } from "./open-frames.ts";
import { takePicture } from "./take-picture.ts";

const missing = [FFMPEG, GST_RTSP].map(missingPeer).find((reason) => reason !== undefined);
if (missing !== undefined) console.warn(`skipped with real RTSP: ${missing}`);

const never = new AbortController().signal;
const jpeg = { format: "jpeg", maxFramesPerSecond: 10 } as const;
const credentials = { username: "admin", password: "p@ss:w'o%rd #1" };

describe.skipIf(missing !== undefined)("RTSP from GStreamer's server", () => {
  it.each(["tcp", "udp"] as const)("gives JPEGs over %s, no more than asked for", async (transport) => {
    await using server = await startRtspServer();
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url, transport } });
    await using stream = await openFrames(settings, { format: "jpeg", maxFramesPerSecond: 4 }, frameDeps, never);
    const frames = await take(stream, 8);
    for (const { bytes, width, height } of frames) {
      expect([width, height]).toEqual([320, 240]);
      expect(readJpeg(bytes)?.length).toBe(bytes.length);
    }
    expect(frames.map(({ sequence }) => sequence)).toEqual(
      frames.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    );
    const seconds = ((frames.at(-1)?.capturedAtMs ?? 0) - (frames[0]?.capturedAtMs ?? 0)) / 1_000;
    // Seven gaps of a quarter of a second; they shrink only where a late picture is followed by one in time.
    expect(seconds).toBeGreaterThan(0.8);
  });

  it("gives raw pictures of exactly the size asked for", async () => {
    await using server = await startRtspServer();
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url } });
    const request = { format: "rgb", width: 100, height: 60, maxFramesPerSecond: 10 } as const;
    await using stream = await openFrames(settings, request, frameDeps, never);
    const [first, second] = await take(stream, 2);
    expect(first).toMatchObject({ format: "rgb", width: 100, height: 60 });
    expect(first?.bytes.length).toBe(100 * 60 * 3);
    expect(second?.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(false);
  });

  it("scales to the width asked for, and keeps on through a change of the camera's picture size", async () => {
    await using server = await startRtspServer({ size: "320x240" });
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url } });
    await using stream = await openFrames(settings, { ...jpeg, width: 160 }, frameDeps, never);
    await take(stream, 3);
    server.resize("640x480");
    const until = systemClock.monotonicMs() + 2_500;
    let after = 0;
    for await (const { width, height } of stream) {
      expect([width, height]).toEqual([160, 120]);
      after += 1;
      if (systemClock.monotonicMs() > until) break;
    }
    expect(after).toBeGreaterThan(3);
    expect(stream.stats().restarts).toBe(0);
    const single = await takePicture(makeSource(settings, frameDeps), watching(settings), never);
    expect([single.width, single.height]).toEqual([640, 480]);
  });

  it.each(["digest", "basic"] as const)("shows its credentials by %s, and to nobody else", async (scheme) => {
    await using server = await startRtspServer({ credentials: { ...credentials, scheme } });
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url }, ...credentials });
    await using stream = await openFrames(settings, jpeg, frameDeps, never);
    await take(stream, 2);
    const [child] = childrenNamed("ffmpeg");
    expect(child?.commandLine).toContain("image2pipe");
    expect(child?.commandLine).not.toMatch(/admin|p@ss|p%40ss|127\.0\.0\.1/);
  });

  it("says that credentials were refused, without saying them, and does not try again at once", async () => {
    await using server = await startRtspServer({ credentials: { ...credentials, scheme: "digest" } });
    const log = recordingLog();
    const wrong = { username: "operator", password: "wrong-p@ssword" };
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url }, ...wrong });
    await using stream = await openFrames(settings, jpeg, { ...frameDeps, log }, never);
    const trouble = await eventually("the refusal", () => stream.stats().trouble);
    expect(trouble).toMatchObject({
      code: "camera/credentials-refused",
      message: expect.stringMatching(/credentials refused/),
    });
    await eventually("a line in the log", () => log.text() !== "");
    for (const text of [`${trouble.message} ${trouble.stack} ${JSON.stringify(trouble)}`, log.text()]) {
      expect(text).not.toMatch(/wrong-p|operator/);
    }
    expect(Number(/"pauseMs":(\d+)/.exec(log.text())?.[1])).toBeGreaterThanOrEqual(60_000);
  });

  it("kills ffmpeg before a camera that hangs, begins anew, and has pictures again when the camera is back", async () => {
    await using server = await startRtspServer();
    const limits = { timeoutMs: 4_000, staleAfterMs: 1_500 };
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url }, ...limits });
    await using stream = await openFrames(settings, jpeg, frameDeps, never);
    await take(stream, 3);
    const [before] = childrenNamed("ffmpeg");
    server.hang();
    const trouble = await eventually("the watchdog", () => stream.stats().trouble);
    expect(trouble.code).toBe("camera/timeout");
    expect(before !== undefined && isAlive(before.pid)).toBe(false);
    server.goOn();
    const { frames } = stream.stats();
    await eventually("pictures again", () => stream.stats().frames > frames + 2);
    expect(stream.stats().trouble).toBeUndefined();
    expect(childrenNamed("ffmpeg").map(({ pid }) => pid)).not.toContain(before?.pid);
  });

  it("has the newest picture for a slow reader, and counts what that one missed", async () => {
    await using server = await startRtspServer();
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url } });
    await using stream = await openFrames(settings, jpeg, frameDeps, never);
    await take(stream, 1);
    await eventually("pictures nobody takes", () => stream.stats().dropped >= 5);
    const [newest] = await take(stream, 1);
    expect(systemClock.monotonicMs() - (newest?.capturedAtMs ?? 0)).toBeLessThan(2_000);
    expect(newest?.sequence).toBeGreaterThan(5);
  });

  it("tells nobody there from no such stream", async () => {
    await using server = await startRtspServer();
    const take404 = takePicture(
      makeSource(settingsOf({ source: { kind: "rtsp", url: `${server.url}-not` } }), frameDeps),
      watching({ timeoutMs: 10_000, staleAfterMs: 10_000 }),
      never,
    );
    await expect(take404).rejects.toMatchObject({ code: "camera/refused" });
    const settings = settingsOf({ source: { kind: "rtsp", url: "rtsp://127.0.0.1:9/x" } });
    const nobody = takePicture(makeSource(settings, frameDeps), watching(settings), never);
    await expect(nobody).rejects.toMatchObject({ code: "camera/unreachable" });
  });

  it("leaves no ffmpeg behind, however it is ended", async () => {
    await using server = await startRtspServer();
    const settings = settingsOf({ source: { kind: "rtsp", url: server.url } });
    const pids = new Set<number>();
    const note = (): boolean => {
      for (const { pid } of childrenNamed("ffmpeg")) pids.add(pid);
      return pids.size > 0;
    };
    const byDisposing = await openFrames(settings, jpeg, frameDeps, never);
    await take(byDisposing, 1);
    note();
    await byDisposing[Symbol.asyncDispose]();
    const stop = new AbortController();
    await using byAbort = await openFrames(settings, jpeg, frameDeps, stop.signal);
    await take(byAbort, 1);
    note();
    stop.abort(new Error("enough"));
    expect(await take(byAbort, 1)).toEqual([]);
    const inTheMiddle = await openFrames(settings, jpeg, frameDeps, never);
    await eventually("ffmpeg started", note);
    await inTheMiddle[Symbol.asyncDispose]();
    await takePicture(makeSource(settings, frameDeps), watching(settings), never);
    await byAbort[Symbol.asyncDispose]();
    expect(pids.size).toBeGreaterThan(1);
    expect([...pids].filter(isAlive)).toEqual([]);
    expect(childrenNamed("ffmpeg")).toEqual([]);
  });
});

function watching(limits: { readonly timeoutMs: number; readonly staleAfterMs: number }) {
  return { clock: systemClock, limits };
}
