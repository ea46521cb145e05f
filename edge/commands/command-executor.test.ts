import type { CommandOutcome, DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { command, type Order } from "@outpost/wire/downlink.ts";
import { resultRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";
import type { z } from "zod";

import type { AlarmAnswer } from "../rules/life/alarm-life.ts";
import { CommandExecutor } from "./command-executor.ts";
import { COMMAND_STATE_PREFIX, CommandMemory, MAX_REMEMBERED } from "./command-memory.ts";

const SESSION = "5".repeat(32);
const SELECTION = "e".repeat(32);
const WRITE: Order = { kind: "write", deviceId: "station", pointId: "siren", value: 1 };
const ACKNOWLEDGE: Order = { kind: "acknowledge", occurrenceId: "a".repeat(32), expectedVersion: 3 };

interface Setup {
  readonly outcome?: () => Promise<CommandOutcome>;
  readonly answer?: AlarmAnswer;
  readonly save?: () => Promise<void>;
  readonly disk?: Map<string, string>;
}

function createExecutor(setup: Setup = {}) {
  const clock = new ManualClock({ monotonicMs: 10_000 });
  const did: string[] = [];
  const results: z.infer<typeof resultRecord>[] = [];
  const disk = setup.disk ?? new Map<string, string>();
  const keep = (rows: Readonly<Record<string, string | null>>): void => {
    for (const [key, row] of Object.entries(rows)) {
      if (row === null) disk.delete(key);
      else disk.set(key, row);
    }
  };
  const uplink: { session: string | undefined } = { session: SESSION };
  const executor = new CommandExecutor({
    clock,
    log: silentLog,
    execute: async (deviceId, one: DeviceCommand) => {
      did.push(`${deviceId} ${one.kind} by ${one.actor}`);
      return await (setup.outcome?.() ?? Promise.resolve({ kind: "done", before: 0, after: 1 }));
    },
    orderAlarm: (order, actor) => {
      did.push(`${order.kind} by ${actor}`);
      return setup.answer ?? { kind: "done" };
    },
    saveState: async (rows) => {
      await setup.save?.();
      keep(rows);
      did.push("noted");
    },
    writeResult: (record, rows) => {
      // What goes to the journal must be what the wire accepts.
      results.push(resultRecord.parse(record));
      keep(rows);
    },
    currentSession: () => uplink.session,
  });
  const stop = new AbortController();
  const running = executor.run(stop.signal);
  const finish = async (): Promise<void> => {
    await new Promise(setImmediate);
    stop.abort();
    await running;
  };
  const accept = (id: number, order: Order, arrivedMs = clock.monotonicMs()): void => {
    const message = {
      v: 1,
      id: id.toString(16).padStart(32, "0"),
      session: SESSION,
      actor: "wang",
      ttlMs: 5_000,
      order,
    };
    executor.accept(command.parse(message), arrivedMs);
  };
  return { executor, clock, did, results, disk, uplink, accept, finish };
}

describe("a command", () => {
  it("is noted on disk, then done, and its result is written with its row", async () => {
    const { accept, finish, did, results, disk } = createExecutor();
    accept(1, WRITE);
    await finish();
    expect(did).toEqual(["noted", "station write by wang"]);
    expect(results).toMatchObject([
      { commandId: "1".padStart(32, "0"), actor: "wang", outcome: "done", before: 0, after: 1 },
    ]);
    expect([...disk.keys()]).toEqual([`${COMMAND_STATE_PREFIX}${"1".padStart(32, "0")}`]);
  });

  it("that comes twice acts once, at the same time or later", async () => {
    const { accept, finish, did, results } = createExecutor();
    accept(1, WRITE);
    accept(1, WRITE);
    await new Promise(setImmediate);
    accept(1, WRITE);
    await finish();
    expect(did).toEqual(["noted", "station write by wang"]);
    expect(results).toHaveLength(1);
  });

  it("whose time is over does nothing, whatever the wall clock says", async () => {
    const { accept, finish, clock, did, results } = createExecutor();
    clock.jumpWall(-86_400_000);
    accept(1, WRITE, clock.monotonicMs() - 5_001);
    accept(2, WRITE, clock.monotonicMs() - 5_000);
    await finish();
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(["done", "expired"]);
    expect(did).toHaveLength(2);
  });

  it("of a session that was replaced meanwhile does nothing", async () => {
    const { accept, finish, uplink, did, results } = createExecutor();
    uplink.session = "6".repeat(32);
    accept(1, WRITE);
    await finish();
    expect(did).toEqual([]);
    expect(results).toMatchObject([{ outcome: "expired", detail: "its session was over" }]);
  });

  it("that cannot be noted is refused and not done", async () => {
    const { accept, finish, did, results } = createExecutor({ save: () => Promise.reject(new Error("disk is gone")) });
    accept(1, WRITE);
    await finish();
    expect(did).toEqual([]);
    expect(results).toMatchObject([{ outcome: "refused", detail: "it could not be noted: disk is gone" }]);
  });

  it("whose device throws is unconfirmed, never said to be undone", async () => {
    const { accept, finish, results } = createExecutor({ outcome: () => Promise.reject(new Error("boom")) });
    accept(1, WRITE);
    await finish();
    expect(results).toMatchObject([{ outcome: "unconfirmed", detail: "boom" }]);
  });

  it("beyond the queue's maximum is refused, with a result of its own", async () => {
    const { accept, finish, results } = createExecutor();
    for (let id = 1; id <= 202; id += 1) accept(id, WRITE);
    await finish();
    // The reader has not run yet: all two hundred places are taken, and two are turned away.
    expect(results.filter(({ outcome }) => outcome === "refused")).toHaveLength(2);
    expect(results).toHaveLength(202);
  });
});

describe("results", () => {
  it.each<[CommandOutcome, object]>([
    [
      { kind: "done", before: null, after: 2 },
      { outcome: "done", before: null, after: 2 },
    ],
    [
      { kind: "selected", selectionId: SELECTION, expiresInMs: 9_000 },
      { outcome: "selected", selectionId: SELECTION, detail: "operate within 9000 ms" },
    ],
    [{ kind: "cancelled" }, { outcome: "cancelled" }],
    [
      { kind: "refused", reason: "interlocked", detail: "not in remote" },
      { outcome: "refused", detail: "interlocked: not in remote" },
    ],
    [
      { kind: "unconfirmed", detail: "no answer", before: 1 },
      { outcome: "unconfirmed", detail: "no answer", before: 1 },
    ],
  ])("of a device: %o", async (outcome, expected) => {
    const { accept, finish, results } = createExecutor({ outcome: () => Promise.resolve(outcome) });
    accept(1, { kind: "operate", deviceId: "station", selectionId: SELECTION });
    await finish();
    expect(results).toMatchObject([expected]);
  });

  it.each<[AlarmAnswer, object]>([
    [{ kind: "done" }, { outcome: "done" }],
    [
      { kind: "stale", currentVersion: 4 },
      { outcome: "stale", detail: "the alarm is at version 4 now" },
    ],
    [{ kind: "refused", detail: "there is nothing to acknowledge" }, { outcome: "refused" }],
  ])("of an alarm: %o", async (answer, expected) => {
    const { accept, finish, did, results } = createExecutor({ answer });
    accept(1, ACKNOWLEDGE);
    await finish();
    expect(did).toEqual(["acknowledge by wang"]);
    expect(results).toMatchObject([expected]);
  });
});

describe("a restart", () => {
  it("in the middle of a command leaves it unconfirmed, and never does it again", async () => {
    const disk = new Map<string, string>();
    const hangs = createExecutor({ disk, outcome: () => new Promise(() => {}) });
    hangs.accept(1, WRITE);
    await new Promise(setImmediate);
    const after = createExecutor({ disk });
    after.executor.restore(new Map(disk));
    after.accept(1, WRITE);
    await after.finish();
    expect(after.did).toEqual([]);
    expect(after.results).toMatchObject([{ commandId: "1".padStart(32, "0"), outcome: "unconfirmed" }]);
  });

  it("remembers the newest commands and drops the oldest, on disk too", () => {
    const memory = new CommandMemory();
    const disk = new Map<string, string | null>();
    for (let id = 0; id <= MAX_REMEMBERED; id += 1) {
      for (const [key, row] of Object.entries(memory.finish(`id-${id}`, "wang", id))) disk.set(key, row);
    }
    expect([memory.has("id-0"), memory.has("id-1")]).toEqual([false, true]);
    expect(disk.get(`${COMMAND_STATE_PREFIX}id-0`)).toBeNull();
    const again = new CommandMemory();
    const rows = [...disk].flatMap(([key, row]) => (row === null ? [] : [[key, row] as const]));
    expect(again.restore(new Map([...rows, [`${COMMAND_STATE_PREFIX}bad`, "{"]]))).toEqual([]);
    expect([again.has("id-1"), again.has("bad")]).toEqual([true, false]);
  });
});
