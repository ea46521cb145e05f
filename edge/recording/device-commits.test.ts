import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DeviceEvent, Occurrence } from "@outpost/firmware-adapters/event.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Journal, Written } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import { DEVICE_PREFIX, DeviceCommits, MAX_KNOWN_KEYS, memoryRows } from "./device-commits.ts";

const never = new AbortController().signal;

function pressed(n = 1): Occurrence {
  return {
    kind: "occurrence",
    deviceId: "button",
    name: "pressed",
    details: { n },
    occurredAtMs: 1_700_000_000_000 + n,
    monotonicMs: n,
    clockConfidence: "plausible",
  };
}

let directory: string;
let journal: Journal;

async function open(): Promise<Journal> {
  return await openJournal({ directory, maxBytes: 64 * 1024 * 1024, keepDays: 90, clock: systemClock, log: silentLog });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-commits-"));
  journal = await open();
});

afterEach(async () => {
  await journal[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function createCommits(clock = systemClock) {
  const published: DeviceEvent[] = [];
  const rows: [string, object][] = [];
  const commits = new DeviceCommits({
    clock,
    publish: (event) => published.push(event),
    onRows: (deviceId, changed) => rows.push([deviceId, changed]),
  });
  return { commits, published, rows };
}

async function occurrences(): Promise<unknown[]> {
  const { epoch } = await journal.status();
  const found = await journal.read({ epoch, stream: "occurrence", after: 0, maxRows: 1_000, maxBytes: 1024 * 1024 });
  return found.map((row) => JSON.parse(row.body));
}

describe("what a device sends until it is acknowledged", () => {
  it("reaches the alarm path in the same turn, and is on the disk before the device hears of it", async () => {
    const { commits, published, rows } = createCommits();
    commits.use(journal);
    const committing = commits.commit("button", { key: "1", events: [pressed()], rows: { last: "1" } }, never);
    expect(published).toHaveLength(1);
    expect(await committing).toBe("committed");
    expect(await occurrences()).toMatchObject([{ name: "pressed", details: { n: 1 } }]);
    expect(rows).toEqual([["button", { last: "1" }]]);
    expect(memoryRows(await journal.loadState(DEVICE_PREFIX))).toEqual(new Map([["button", new Map([["last", "1"]])]]));
  });

  it("is one record and one alarm however often it comes, and another device's same key is another", async () => {
    const { commits, published } = createCommits();
    commits.use(journal);
    const request = { key: "1", events: [pressed()] };
    const all = [request, request, request].map((one) => commits.commit("button", one, never));
    expect(await Promise.all(all)).toEqual(["committed", "known", "known"]);
    expect(await commits.commit("button", request, never)).toBe("known");
    expect(published).toHaveLength(1);
    expect(await commits.commit("other", request, never)).toBe("committed");
    expect(await occurrences()).toHaveLength(2);
  });

  it("is known after a restart", async () => {
    const before = createCommits();
    before.commits.use(journal);
    await before.commits.commit("button", { key: "1", events: [pressed(1), pressed(2)] }, never);
    await journal[Symbol.asyncDispose]();
    journal = await open();
    const after = createCommits();
    after.commits.restore(await journal.loadKeys(DEVICE_PREFIX, MAX_KNOWN_KEYS));
    after.commits.use(journal);
    expect(await after.commits.commit("button", { key: "1", events: [pressed(1), pressed(2)] }, never)).toBe("known");
    expect(after.published).toEqual([]);
    expect(await occurrences()).toHaveLength(2);
  });

  it("is known to the disk where memory has forgotten it", async () => {
    const before = createCommits();
    before.commits.use(journal);
    await before.commits.commit("button", { key: "1", events: [pressed()] }, never);
    const after = createCommits();
    after.commits.use(journal);
    expect(await after.commits.commit("button", { key: "1", events: [pressed()], rows: { x: "y" } }, never)).toBe(
      "known",
    );
    expect(after.rows).toEqual([]);
    expect(await occurrences()).toHaveLength(1);
  });

  it("sounds without a disk, is not acknowledged, and is written once when the disk is there", async () => {
    const clock = new ManualClock();
    const { commits, published } = createCommits(clock);
    const first = commits.commit("button", { key: "1", events: [pressed()] }, never);
    // Looked at below, when the time is over; until then it must not count as unheard.
    first.catch(() => undefined);
    expect(published).toHaveLength(1);
    await clock.advance(15_000);
    await expect(first).rejects.toMatchObject({ code: "device/not-committed" });
    const again = commits.commit("button", { key: "1", events: [pressed()] }, never);
    commits.use(journal);
    expect(await again).toBe("known");
    expect(published).toHaveLength(1);
    expect(await occurrences()).toHaveLength(1);
  });

  it("is answered to each of a crowd, however many commit in one turn", async () => {
    const { commits, rows } = createCommits();
    commits.use(journal);
    const crowd = Array.from({ length: 300 }, (_, n) => `button-${n}`);
    const requests = crowd.map((id, n) =>
      commits.commit(id, { key: "1", events: [pressed(n), pressed(n)], rows: { last: `${n}` } }, never),
    );
    expect(new Set(await Promise.all(requests))).toEqual(new Set(["committed"]));
    expect(rows).toEqual(crowd.map((id, n) => [id, { last: `${n}` }]));
    expect(await occurrences()).toHaveLength(600);
  });

  it("keeps nobody else from the disk where the journal never takes it", async () => {
    const { commits } = createCommits();
    commits.use(journal);
    const events = [pressed()];
    const outcomes = await Promise.allSettled([
      commits.commit("button", { key: "1", events }, never),
      commits.commit("chatty", { key: "x".repeat(1_000), events }, never),
      commits.commit("other", { key: "1", events }, never),
    ]);
    expect(outcomes).toMatchObject([
      { value: "committed" },
      { status: "rejected", reason: { code: "device/not-committed" } },
      { value: "committed" },
    ]);
    expect(await occurrences()).toHaveLength(2);
  });

  it("is acknowledged where the disk ladder gave up a part of it, and not where it gave up all", async () => {
    const dropped: Written = { kind: "dropped", reason: "disk-full" };
    const written: Written = { kind: "written", epoch: "e", sequence: 1 };
    const answers = [
      [dropped, written],
      [dropped, dropped],
    ];
    const { commits } = createCommits();
    commits.use(Object.create(journal, { append: { value: async () => answers.shift() } }));
    const events = [pressed(1), pressed(2)];
    expect(await commits.commit("button", { key: "1", events }, never)).toBe("committed");
    await expect(commits.commit("button", { key: "2", events }, never)).rejects.toMatchObject({
      code: "device/not-committed",
    });
  });

  it("waits for nobody's company, not even where it is measurements alone", async () => {
    await journal[Symbol.asyncDispose]();
    // Longer than this test may take.
    const limits = { groupMs: 600_000 };
    journal = await openJournal({
      directory,
      maxBytes: 2 ** 26,
      keepDays: 90,
      clock: systemClock,
      log: silentLog,
      limits,
    });
    const { commits } = createCommits();
    commits.use(journal);
    const { name: _, details: __, ...common } = pressed();
    const measured: DeviceEvent = {
      ...common,
      kind: "measurement",
      pointId: "power",
      unit: "kW",
      reading: { quality: "good", value: 7 },
      isReportable: false,
    };
    expect(await commits.commit("button", { key: "1", events: [measured] }, never)).toBe("committed");
  });

  it("lets a device go that hangs up, and goes on writing", async () => {
    const { commits } = createCommits();
    const gone = new AbortController();
    const waiting = commits.commit("button", { key: "1", events: [pressed()] }, gone.signal);
    gone.abort(new Error("hung up"));
    await expect(waiting).rejects.toThrow("hung up");
    commits.use(journal);
    expect(await commits.commit("button", { key: "1", events: [pressed()] }, never)).toBe("known");
  });
});
