import fs from "node:fs";
import path from "node:path";

import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";

import type { Journal } from "./journal.ts";
import type { JournalLimits } from "./limits.ts";
import { entry, openHere, readAll, scratchDirectory } from "./testing/scratch.ts";
import { hog, makeTinyDisk, type TinyDisk } from "./testing/tiny-disk.ts";

const QUICK: Partial<JournalLimits> = { groupMs: 1, tickMs: 20, retryFirstMs: 5, retryMaxMs: 50, chunkRows: 50 };

function tinyDisk(bytes: number): TinyDisk {
  const disk = makeTinyDisk(bytes);
  onTestFinished(() => disk[Symbol.dispose]());
  return disk;
}

async function openOn(disk: TinyDisk): Promise<Journal> {
  return openHere(disk.directory, { maxBytes: 2 ** 30, limits: { ...QUICK, ...disk.limits } });
}

function ballastOf(disk: TinyDisk): string {
  return path.join(disk.directory, "journal.ballast");
}

/** Takes the disk's space and the ballast's, as if it had been given back and used already. */
async function takeEverything(disk: TinyDisk, leaveBytes: number): Promise<Disposable> {
  await expect.poll(() => fs.existsSync(ballastOf(disk))).toBe(true);
  hog(disk, 0);
  fs.rmSync(ballastOf(disk));
  return hog(disk, leaveBytes);
}

/** Every number of the stream from 1 is a row or in a void, once. @returns the recorded times of the rows. */
async function expectNoGap(journal: Journal, epoch: string, stream: "alarm" | "occurrence"): Promise<number[]> {
  const rows = await readAll(journal, epoch, stream);
  const next = (await journal.status()).epochs.at(-1)?.nextSequences[stream] ?? 1;
  let expected = 1;
  const recorded: number[] = [];
  for (const { sequence, recordedAtMs, body } of rows) {
    expect(sequence).toBe(expected);
    const through = /"throughSequence":(\d+)/.exec(body)?.[1];
    if (through === undefined) recorded.push(recordedAtMs);
    expected = Number(through ?? sequence) + 1;
  }
  expect(expected).toBe(next);
  return recorded;
}

const canMount = (() => {
  using disk = makeTinyDisk(2 ** 20);
  return disk.kind === "tmpfs";
})();
if (!canMount) console.log("skipped: this process may not mount a tmpfs; the quota tests and the fault runner remain");

describe.skipIf(!canMount)("on a file system that another program fills", () => {
  it("alarms are durable at once thanks to the ballast, which is taken again when there is space", async () => {
    const disk = tinyDisk(6 * 2 ** 20);
    await using journal = await openOn(disk);
    await expect.poll(() => fs.existsSync(ballastOf(disk))).toBe(true);
    const taken = hog(disk, 0);
    const body = JSON.stringify("x".repeat(3_000));
    for (let number = 1; number <= 40; number += 1) {
      const written = await journal.append([entry("alarm", number, { body })]);
      expect(written).toMatchObject([{ kind: "written", sequence: number }]);
    }
    expect(fs.existsSync(ballastOf(disk))).toBe(false);
    expect((await journal.status()).writeFault).toBeUndefined();
    taken[Symbol.dispose]();
    await expect.poll(() => fs.existsSync(ballastOf(disk))).toBe(true);
    await expect.poll(async () => (await journal.status()).ladder).toBe("normal");
  });

  it("alarms wait in memory where the ballast is used up too, and are written in order when space returns", async () => {
    const disk = tinyDisk(6 * 2 ** 20);
    await using journal = await openOn(disk);
    const { epoch } = await journal.status();
    const taken = await takeEverything(disk, 0);
    const long = JSON.stringify("x".repeat(60_000));
    const alarms = Array.from({ length: 20 }, async (_, number) =>
      journal.append([entry("alarm", number, { body: long })]),
    );
    await expect.poll(async () => (await journal.status()).writeFault).toMatch(/full/);
    expect(await journal.append([entry("occurrence", 1, { body: long })])).toEqual([
      { kind: "dropped", reason: "disk-full" },
    ]);
    taken[Symbol.dispose]();
    await Promise.all(alarms);
    expect(await expectNoGap(journal, epoch, "alarm")).toEqual(Array.from({ length: 20 }, (_, n) => 1_000 + n));
    await expect.poll(async () => (await journal.status()).ladder).toBe("normal");
    expect((await journal.status()).writeFault).toBeUndefined();
    expect(await journal.append([entry("occurrence", 2)])).toMatchObject([{ kind: "written", sequence: 2 }]);
    expect(await expectNoGap(journal, epoch, "occurrence")).toEqual([1_002]);
  });

  it.each(Array.from({ length: 24 }, (_, pages) => pages))(
    "with %d pages left before the first write fails, nothing acknowledged is lost and no number is missing",
    async (pagesLeft) => {
      const disk = tinyDisk(4 * 2 ** 20);
      await using journal = await openOn(disk);
      const { epoch } = await journal.status();
      const taken = await takeEverything(disk, pagesLeft * 4_096);
      const body = JSON.stringify("x".repeat(1_000));
      const alarms: Promise<unknown>[] = [];
      const acknowledged: number[] = [];
      for (let number = 0; number < 30; number += 1) {
        alarms.push(journal.append([entry("alarm", number, { body, state: { last: String(number) } })]));
        const [written] = await journal.append([entry("occurrence", number, { body })]);
        if (written?.kind === "written") acknowledged.push(1_000 + number);
      }
      taken[Symbol.dispose]();
      await Promise.all(alarms);
      expect(await expectNoGap(journal, epoch, "alarm")).toEqual(Array.from({ length: 30 }, (_, n) => 1_000 + n));
      const occurrences = await expectNoGap(journal, epoch, "occurrence");
      expect(acknowledged).toEqual(expect.arrayContaining(occurrences));
      expect(await journal.loadState("last")).toEqual(new Map([["last", "29"]]));
    },
  );

  it("an opening on a full disk succeeds by itself once there is space; alarms raised meanwhile are written", async () => {
    const disk = tinyDisk(4 * 2 ** 20);
    {
      await using journal = await openOn(disk);
      await journal.append([entry("alarm", 1)]);
    }
    const taken = await takeEverything(disk, 0);
    await using journal = await openOn(disk);
    const alarm = journal.append([entry("alarm", 2)]);
    await expect(journal.append([entry("occurrence", 1)])).resolves.toMatchObject([{ kind: "dropped" }]);
    taken[Symbol.dispose]();
    expect(await alarm).toMatchObject([{ kind: "written", sequence: 2 }]);
  });
});

describe("under a quota", () => {
  it("the ladder gives up what it says, keeps alarms and results, and comes down after the line returns", async () => {
    const directory = scratchDirectory();
    await using journal = await openHere(directory, { limits: { ...QUICK, quotaBytes: 3 * 2 ** 20 } });
    const { epoch } = await journal.status();
    const body = JSON.stringify("x".repeat(2_000));
    const kinds = new Set<string>();
    for (let number = 0; number < 1_500; number += 1) {
      const [alarm, occurrence] = await Promise.all([
        number % 10 === 0 ? journal.append([entry("alarm", number)]) : undefined,
        journal.append([entry("occurrence", number, { body })]),
      ]);
      expect(alarm?.[0]?.kind ?? "written").toBe("written");
      kinds.add(occurrence[0]?.kind ?? "");
    }
    expect(kinds.has("written")).toBe(true);
    const recorded = await expectNoGap(journal, epoch, "alarm");
    expect(recorded).toEqual(Array.from({ length: 150 }, (_, n) => 1_000 + n * 10));
    await expectNoGap(journal, epoch, "occurrence");
    expect(fs.statSync(path.join(directory, "journal.db")).size).toBeLessThanOrEqual(3 * 2 ** 20);
    await journal.confirm(epoch, "occurrence", [[1, 5_000]]);
    await expect.poll(async () => (await journal.status()).ladder).toBe("normal");
    expect(await journal.append([entry("occurrence", 1_501)])).toMatchObject([{ kind: "written" }]);
  });
});

describe("a disk that takes nothing", () => {
  it("at opening: the journal opens by itself later, with the alarms raised meanwhile; the rest is refused", async () => {
    const parent = scratchDirectory();
    const blocked = path.join(parent, "state");
    fs.writeFileSync(blocked, "a file where the directory should be");
    await using journal = await openHere(path.join(blocked, "journal"), { limits: QUICK });
    const alarms = [1, 2, 3].map(async (number) => journal.append([entry("alarm", number)]));
    await expect(journal.append([entry("occurrence", 1)])).rejects.toMatchObject({ code: "journal/disk" });
    await expect(journal.loadState("")).rejects.toMatchObject({ code: "journal/disk" });
    await expect(journal.status()).rejects.toMatchObject({ code: "journal/disk" });
    fs.rmSync(blocked);
    const written = (await Promise.all(alarms)).flat();
    expect(written.map((one) => (one.kind === "written" ? one.sequence : 0))).toEqual([1, 2, 3]);
    expect((await journal.status()).writeFault).toBeUndefined();
  });

  it("while running: alarms wait, reading goes on, the status says why", async () => {
    const directory = scratchDirectory();
    await using journal = await openHere(directory, { limits: QUICK });
    await journal.append([entry("alarm", 1)]);
    const { epoch } = await journal.status();
    // Somebody holds the file's write lock: the only way to make writes fail that needs no faulty hardware.
    const other = new Database(path.join(directory, "journal.db"));
    other.exec("BEGIN IMMEDIATE");
    const alarm = journal.append([entry("alarm", 2)]);
    await expect(journal.append([entry("occurrence", 1)])).rejects.toMatchObject({ code: "journal/disk" });
    await expect.poll(async () => (await journal.status()).writeFault, { timeout: 10_000 }).toMatch(/locked/);
    expect(await readAll(journal, epoch, "alarm")).toHaveLength(1);
    other.exec("COMMIT");
    other.close();
    expect(await alarm).toMatchObject([{ kind: "written", sequence: 2 }]);
    await expect.poll(async () => (await journal.status()).writeFault).toBeUndefined();
  });
});

it("gives space back to the disk after a long outage is drained", async () => {
  const directory = scratchDirectory();
  await using journal = await openHere(directory, { limits: QUICK });
  const { epoch } = await journal.status();
  const body = JSON.stringify("x".repeat(1_000));
  await journal.append(Array.from({ length: 20_000 }, (_, number) => entry("occurrence", number, { body })));
  const file = path.join(directory, "journal.db");
  await journal.confirm(epoch, "occurrence", [[1, 20_000]]);
  await expect.poll(() => fs.statSync(file).size, { timeout: 20_000 }).toBeLessThan(6 * 2 ** 20);
});
