import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { JournalStatus } from "../journal/journal.ts";
import { SYSTEM } from "../rules/system-alarms.ts";
import { LoopDelayMonitor } from "./loop-delay.ts";
import { runSelfChecks } from "./self-checks.ts";

const GOOD: JournalStatus = {
  epoch: "e".repeat(32),
  epochs: [],
  waiting: { alarm: 0, result: 0, occurrence: 0, measurement: 0, evidence: 0 },
  bytesUsed: 0,
  bytesAllowed: 1,
  ladder: "normal",
  writeFault: undefined,
  quarantined: undefined,
};

/** Runs the checks by hand and says which facts hold after each second. */
function createChecks() {
  const clock = new ManualClock();
  const facts = new Map<string, boolean>();
  const world: { lost: number; status: () => Promise<JournalStatus> | undefined } = {
    lost: 0,
    status: () => Promise.resolve(GOOD),
  };
  const ended = new AbortController();
  const running = runSelfChecks(
    {
      clock,
      log: silentLog,
      loopDelay: new LoopDelayMonitor(() => clock.monotonicMs()),
      recorder: {
        get lost() {
          return world.lost;
        },
      },
      journal: () => {
        const status = world.status();
        return status === undefined ? undefined : { status: () => status };
      },
      isFlooded: () => false,
      identity: () => ({ isRefused: false, isEnding: false }),
      setFact: (ruleId, isSo) => facts.set(ruleId, isSo),
    },
    ended.signal,
  );
  const holding = (): string[] => [...facts].filter(([, isSo]) => isSo).map(([id]) => id);
  const finish = async (): Promise<void> => {
    ended.abort();
    await running;
  };
  return { clock, world, holding, finish };
}

/** Lets time pass in small steps, so that every look finishes before the next is due. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 250) {
    await new Promise(setImmediate);
    await clock.advance(250);
  }
}

describe("the gateway's look at itself", () => {
  it("finds nothing where all is well", async () => {
    const { clock, holding, finish } = createChecks();
    await pass(clock, 2_000);
    expect(holding()).toEqual([]);
    await finish();
  });

  it.each<[string, Partial<JournalStatus> | undefined, string]>([
    ["no journal yet", undefined, SYSTEM.journalNotWritten],
    ["a disk that takes nothing", { writeFault: "EROFS" }, SYSTEM.journalNotWritten],
    ["a disk that is short", { ladder: "no-evidence" }, SYSTEM.diskLadder],
    ["a file put aside", { quarantined: { path: "/x", reason: "damaged" } }, SYSTEM.journalQuarantined],
  ])("finds %s", async (_, status, fact) => {
    const { clock, world, holding, finish } = createChecks();
    world.status = () => (status === undefined ? undefined : Promise.resolve({ ...GOOD, ...status }));
    await pass(clock, 2_000);
    expect(holding()).toEqual([fact]);
    await finish();
  });

  it("finds a worker that never answers, and does not wait for it", async () => {
    const { clock, world, holding, finish } = createChecks();
    world.status = () => new Promise(() => {});
    clock.confidence = "doubtful";
    await pass(clock, 7_000);
    expect(holding().toSorted()).toEqual([SYSTEM.clockDoubtful, SYSTEM.journalNotWritten].toSorted());
    await finish();
  });

  it("tells of lost events while they are being lost", async () => {
    const { clock, world, holding, finish } = createChecks();
    await pass(clock, 1_000);
    world.lost = 5;
    await pass(clock, 1_000);
    expect(holding()).toEqual([SYSTEM.eventsLost]);
    await pass(clock, 1_250);
    expect(holding()).toEqual([]);
    await finish();
  });

  it("a file put aside is told for a minute: it is an event, not a state", async () => {
    const { clock, world, holding, finish } = createChecks();
    world.status = () => Promise.resolve({ ...GOOD, quarantined: { path: "/x", reason: "damaged" } });
    await pass(clock, 58_000);
    expect(holding()).toEqual([SYSTEM.journalQuarantined]);
    await pass(clock, 5_000);
    expect(holding()).toEqual([]);
    await finish();
  });
});
