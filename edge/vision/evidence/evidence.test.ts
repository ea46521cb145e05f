import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EvidenceStore } from "./evidence-store.ts";
import { FrameRing } from "./frame-ring.ts";

const DAY_MS = 86_400_000;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-evidence-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const id = (one: number): string => one.toString(16).padStart(32, "0");
const about = (one: number, raisedAtMs: number) => ({
  occurrenceId: id(one),
  ruleId: "intrusion",
  camera: "gate",
  raisedAtMs,
  blurredBy: "people" as const,
});

const frame = (atMs: number, bytes = 100) => ({
  capturedAtMs: atMs,
  jpeg: Buffer.alloc(bytes),
  width: 640,
  height: 360,
  found: [],
});

describe("evidence on disk", () => {
  it("is kept whole and listed newest first", async () => {
    const store = new EvidenceStore(folder, { maxBytes: 1_000_000, keepDays: 30 });
    await store.keep(about(1, 1_000), [Buffer.alloc(10)], 1_000);
    await store.keep(about(2, 2_000), [Buffer.alloc(10), Buffer.alloc(20)], 2_000);
    expect((await store.list()).map(({ occurrenceId, pictures }) => [occurrenceId, pictures])).toEqual([
      [id(2), 2],
      [id(1), 1],
    ]);
    expect((await store.picture(id(2), "001.jpg"))?.byteLength).toBe(20);
  });

  it("that a kill left half written goes at the next start; what is whole stays", async () => {
    const store = new EvidenceStore(folder, { maxBytes: 1_000_000, keepDays: 30 });
    await store.keep(about(1, 1_000), [Buffer.alloc(10)], 1_000);
    await mkdir(join(folder, `${id(2)}.new`));
    await writeFile(join(folder, `${id(2)}.new`, "000.jpg"), Buffer.alloc(10));
    await store.discardUnfinished();
    expect(await readdir(folder)).toEqual([id(1)]);
  });

  it("opens no other file, whatever is asked for", async () => {
    const store = new EvidenceStore(folder, { maxBytes: 1_000_000, keepDays: 30 });
    await store.keep(about(1, 1_000), [Buffer.alloc(10)], 1_000);
    for (const [occurrence, file] of [
      [id(1), "about.json"],
      [id(1), "../../etc/passwd"],
      ["..", "000.jpg"],
      [id(9), "000.jpg"],
    ] as const) {
      expect(await store.picture(occurrence, file)).toBeUndefined();
    }
  });

  it("makes room by letting the oldest go, and refuses what is more than the quota alone", async () => {
    const store = new EvidenceStore(folder, { maxBytes: 3_000, keepDays: 30 });
    for (const one of [1, 2, 3, 4]) await store.keep(about(one, one), [Buffer.alloc(1_000)], one);
    const kept = (await store.list()).map(({ occurrenceId }) => occurrenceId);
    expect(kept[0]).toBe(id(4));
    expect(kept).not.toContain(id(1));
    await expect(store.keep(about(5, 5), [Buffer.alloc(3_001)], 5)).rejects.toMatchObject({ code: "vision/no-space" });
    expect((await store.list()).map(({ occurrenceId }) => occurrenceId)).toEqual(kept);
  });

  it("goes when it is older than allowed, and not a day before", async () => {
    const store = new EvidenceStore(folder, { maxBytes: 1_000_000, keepDays: 2 });
    await store.keep(about(1, 0), [Buffer.alloc(10)], 0);
    await store.sweep(2 * DAY_MS);
    expect(await store.list()).toHaveLength(1);
    await store.sweep(2 * DAY_MS + 1);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the ring of last pictures", () => {
  it("keeps seconds, not more, and always the newest", () => {
    const ring = new FrameRing({ keepMs: 2_000, maxBytes: 1_000_000 });
    for (let atMs = 0; atMs <= 10_000; atMs += 500) ring.put(frame(atMs));
    expect(ring.between(0, 10_000).map(({ capturedAtMs }) => capturedAtMs)).toEqual([
      8_000, 8_500, 9_000, 9_500, 10_000,
    ]);
    expect(ring.near(8_700)?.capturedAtMs).toBe(8_500);
  });

  it("keeps bytes, not more", () => {
    const ring = new FrameRing({ keepMs: 60_000, maxBytes: 250 });
    for (let atMs = 0; atMs <= 5_000; atMs += 500) ring.put(frame(atMs));
    expect(ring.bytes).toBe(200);
    ring.put(frame(6_000, 9_999));
    expect(ring.newest?.jpeg.length).toBe(9_999);
    expect(ring.between(0, 9_999)).toHaveLength(1);
  });

  it("thins what comes faster than it tells anything new", () => {
    const ring = new FrameRing({ keepMs: 1_000, maxBytes: 1_000_000 });
    for (let atMs = 0; atMs <= 5_000; atMs += 20) ring.put(frame(atMs));
    expect(ring.between(0, 5_000).length).toBeLessThan(8);
    expect(ring.newest?.capturedAtMs).toBe(5_000);
  });
});
