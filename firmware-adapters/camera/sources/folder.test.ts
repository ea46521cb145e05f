import { mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { testPattern } from "../simulator/picture/test-pattern.ts";
import { frameDeps, settingsOf, take } from "../testing/rig.ts";
import { makeSource } from "./make-source.ts";
import { openFrames } from "./open-frames.ts";
import { takePicture } from "./take-picture.ts";

const never = new AbortController().signal;
const jpeg = { format: "jpeg", maxFramesPerSecond: 30 } as const;
const picture = (frame: number): Buffer => testPattern({ width: 64, height: 64, frame });

interface Folder extends AsyncDisposable {
  readonly path: string;
  /** @param ageS  how long ago it was written. */
  add(name: string, bytes: Buffer, ageS: number): Promise<void>;
}

async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "outpost-camera-"));
  return {
    path,
    async add(name, bytes, ageS) {
      const file = join(path, name);
      await writeFile(file, bytes);
      const writtenS = Date.now() / 1_000 - ageS;
      await utimes(file, writtenS, writtenS);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function newest(path: string) {
  const settings = settingsOf({ source: { kind: "folder", path } });
  return await takePicture(makeSource(settings, frameDeps), { clock: systemClock, limits: settings }, never);
}

describe("a folder", () => {
  it("gives its newest picture with its age, and each newer one once", async () => {
    await using files = await folder();
    await files.add("b.jpg", picture(1), 20);
    await files.add("a.JPEG", picture(2), 10);
    await files.add("c.txt", picture(3), 1);
    const source = { kind: "folder", path: files.path, framesPerSecond: 30 };
    await using stream = await openFrames(settingsOf({ source }), jpeg, frameDeps, never);
    const [first] = await take(stream, 1);
    expect(first?.bytes.equals(picture(2))).toBe(true);
    const ageMs = systemClock.monotonicMs() - (first?.capturedAtMs ?? 0);
    expect(ageMs).toBeGreaterThan(9_000);
    expect(ageMs).toBeLessThan(60_000);
    await systemClock.sleep(200);
    expect(stream.stats().frames).toBe(1);
    await files.add("d.jpg", picture(4), 0);
    const [second] = await take(stream, 1);
    expect(second?.bytes.equals(picture(4))).toBe(true);
  });

  it("takes the one before while the newest is still being written", async () => {
    await using files = await folder();
    await files.add("a.jpg", picture(1), 10);
    await files.add("b.jpg", picture(2).subarray(0, 200), 0);
    expect((await newest(files.path)).bytes.equals(picture(1))).toBe(true);
  });

  it("runs through all its pictures again and again, by name", async () => {
    await using files = await folder();
    for (const frame of [1, 2, 3]) await files.add(`${frame}.jpg`, picture(frame), frame);
    const source = { kind: "folder", path: files.path, order: "loop", framesPerSecond: 10 };
    await using stream = await openFrames(settingsOf({ source }), jpeg, frameDeps, never);
    const frames = await take(stream, 6);
    const shown = frames.map(({ bytes }) => [1, 2, 3].find((frame) => bytes.equals(picture(frame))));
    // A reader that was busy may have missed some; their order is kept.
    expect(new Set(shown)).toEqual(new Set([1, 2, 3]));
  });

  it("says what is wrong: not there, empty, nothing whole", async () => {
    await using files = await folder();
    await expect(newest(join(files.path, "nowhere"))).rejects.toMatchObject({ code: "camera/no-picture" });
    await expect(newest(files.path)).rejects.toMatchObject({
      code: "camera/no-picture",
      message: expect.stringMatching(/holds no JPEG/),
    });
    await files.add("a.jpg", Buffer.from("no picture"), 0);
    await expect(newest(files.path)).rejects.toMatchObject({ code: "camera/bad-stream" });
  });

  it("does not follow links out of itself", async () => {
    await using files = await folder();
    await using elsewhere = await folder();
    await elsewhere.add("a.jpg", picture(1), 0);
    await symlink(join(elsewhere.path, "a.jpg"), join(files.path, "a.jpg"));
    await expect(newest(files.path)).rejects.toMatchObject({ code: "camera/no-picture" });
  });
});
