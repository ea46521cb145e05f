import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { TestClock } from "../../testing/test-clock.ts";
import { PROTOCOL_NAMES } from "../settings.ts";
import { openCabinet, type CabinetBench } from "../testing/cabinet-bench.ts";

async function selectAll(bench: CabinetBench, actor = "ann"): Promise<string> {
  const outcome = await bench.run({ kind: "select", pointId: "openAll", value: 1, actor });
  if (outcome.kind !== "selected") throw new Error(`not selected: ${JSON.stringify(outcome)}`);
  return outcome.selectionId;
}

describe.concurrent.each(PROTOCOL_NAMES)("a %s cabinet", (protocol) => {
  it("opens a door, sees it open and shut again, and says who had it opened", async () => {
    await using bench = await openCabinet({ protocol });
    await bench.shows("door2.open", 0);
    expect(await bench.open(2, "ann")).toMatchObject({ kind: "done", before: 0, after: 1 });
    await bench.shows("door2.open", 1);
    expect(await bench.occurred("opened-by-command")).toMatchObject({
      details: { door: 2, compartment: "a02", cabinet: "parcel", actor: "ann" },
    });
    expect(bench.pulses(2)).toBe(1);
    bench.simulator.wall.close(bench.board, 2);
    await bench.shows("door2.open", 0);
    expect((await bench.occurred("closed")).details).toMatchObject({ door: 2 });
    expect(bench.occurrences("opened-without-command")).toEqual([]);
  });

  it("says that a door was pried open, until it is shut", async () => {
    await using bench = await openCabinet({ protocol });
    await bench.shows("door1.open", 0);
    bench.simulator.wall.pry(bench.board, 1);
    await bench.shows("door1.forced", 1);
    expect(await bench.occurred("opened-without-command")).toMatchObject({ details: { compartment: "a01" } });
    bench.simulator.wall.close(bench.board, 1);
    await bench.shows("door1.forced", 0);
  });

  it("opens every door by select and operate", async () => {
    await using bench = await openCabinet({ protocol });
    expect(await bench.run({ kind: "write", pointId: "openAll", value: 1, actor: "ann" })).toMatchObject({
      reason: "needs-select",
    });
    const selectionId = await selectAll(bench);
    expect(await bench.run({ kind: "operate", selectionId, actor: "ann" })).toMatchObject({ kind: "done", after: 1 });
    for (const door of [1, 2, 3]) await bench.shows(`door${door}.open`, 1);
    expect([1, 2, 3].map((door) => bench.pulses(door))).toEqual([1, 1, 1]);
    expect(bench.occurrences("opened-without-command")).toEqual([]);
  });
});

describe.concurrent("opening", () => {
  it("a jammed door is tried a second time, never a third, and reported as failed until it opens", async () => {
    await using bench = await openCabinet();
    bench.simulator.wall.jam(bench.board, 1, true);
    expect(await bench.open(1)).toMatchObject({ kind: "unconfirmed", before: 0 });
    expect(bench.pulses(1)).toBe(2);
    await bench.shows("door1.failed", 1);
    expect(await bench.occurred("failed-to-open")).toMatchObject({ details: { door: 1, actor: "ann" } });
    bench.simulator.wall.jam(bench.board, 1, false);
    expect(await bench.open(1)).toMatchObject({ kind: "done" });
    await bench.shows("door1.failed", 0);
  });

  it("is not tried a second time where the settings do not permit it", async () => {
    await using bench = await openCabinet({ settings: { maxPulses: 1 } });
    bench.simulator.wall.jam(bench.board, 1, true);
    expect(await bench.open(1)).toMatchObject({ kind: "unconfirmed" });
    expect(bench.pulses(1)).toBe(1);
  });

  it("is not tried a second time where the board could not be seen in between", async () => {
    await using bench = await openCabinet({ protocol: "kerong-cu16" });
    bench.simulator.wall.jam(bench.board, 1, true);
    bench.simulator.misbehaviours.plan({ kind: "silence", requests: 100_000 });
    expect(await bench.open(1)).toMatchObject({
      kind: "unconfirmed",
      detail: expect.stringContaining("could not be seen"),
    });
    expect(bench.pulses(1)).toBe(1);
    bench.simulator.misbehaviours.clear();
    await bench.online();
    await bench.shows("door1.open", 0);
    expect(bench.occurrences("failed-to-open")).toEqual([]);
  });

  it("is the command's doing, though the board was not seen until later", async () => {
    await using bench = await openCabinet({ protocol: "kerong-cu16" });
    bench.simulator.misbehaviours.plan({ kind: "silence", requests: 100_000 });
    expect(await bench.open(1)).toMatchObject({ kind: "unconfirmed" });
    bench.simulator.misbehaviours.clear();
    await bench.shows("door1.open", 1);
    await bench.shows("door1.forced", 0);
    expect(bench.occurrences("opened-by-command")).toHaveLength(1);
  });

  it("an open door sends no pulse", async () => {
    await using bench = await openCabinet();
    bench.simulator.wall.pry(bench.board, 1);
    await bench.shows("door1.open", 1);
    expect(await bench.open(1)).toMatchObject({ kind: "done", before: 1, after: 1 });
    expect(bench.pulses(1)).toBe(0);
  });

  it("a door that is being opened is refused as busy, and other doors are not", async () => {
    await using bench = await openCabinet({ simulator: { pulseMs: 200 } });
    const [first, second, third] = await Promise.all([bench.open(1), bench.open(1), bench.open(2)]);
    expect([first.kind, second, third.kind]).toEqual([
      "done",
      expect.objectContaining({ kind: "refused", reason: "busy" }),
      "done",
    ]);
    expect([bench.pulses(1), bench.pulses(2)]).toEqual([1, 1]);
  });

  it.each([
    ["a half answer", { kind: "half-frame", requests: 1 }],
    ["a late answer", { kind: "late", delayMs: 700, requests: 1 }],
    ["no answer", { kind: "silence", requests: 1 }],
    ["garbage", { kind: "garbage", requests: 1 }],
    ["a reset", { kind: "reset", requests: 1 }],
  ] as const)("ends as the door shows, with %s to the pulse, and without a second one", async (_, misbehaviour) => {
    await using bench = await openCabinet({ settings: { pollIntervalMs: 60_000 } });
    bench.simulator.misbehaviours.plan(misbehaviour);
    const outcome = await bench.open(1);
    expect(outcome.kind).toMatch(/^(?:done|unconfirmed)$/);
    expect(bench.pulses(1)).toBe(1);
    expect(bench.simulator.wall.door(bench.board, 1)?.isOpen).toBe(true);
  });

  it("takes the pulse that the settings ask for", async () => {
    await using bench = await openCabinet({ settings: { pulseMs: 1_000, timeoutMs: 2_000 } });
    const startedMs = systemClock.monotonicMs();
    expect(await bench.open(1)).toMatchObject({ kind: "done" });
    expect(systemClock.monotonicMs() - startedMs).toBeGreaterThan(990);
  });
});

describe("commands", () => {
  it.each([
    ["door1.forced", 1, "not-writable"],
    ["door9.open", 1, "unknown-point"],
    ["door9.forced", 1, "unknown-point"],
    ["door1.open", 0, "out-of-limits"],
  ])("write %s %i is refused: %s", async (pointId, value, reason) => {
    await using bench = await openCabinet();
    expect(await bench.run({ kind: "write", pointId, value, actor: "ann" })).toMatchObject({ kind: "refused", reason });
  });

  it("are refused while the board does not answer", async () => {
    await using bench = await openCabinet();
    bench.simulator.wall.isMainsOn = false;
    await eventually("offline", () => bench.deps.lastStatus()?.state === "offline");
    expect(await bench.open(1)).toMatchObject({ kind: "refused", reason: "device-offline" });
    bench.simulator.wall.isMainsOn = true;
    await bench.online();
    expect(bench.pulses(1)).toBe(0);
  });

  it("that open everything are refused while the clock is doubtful, and opening one door is not", async () => {
    const clock = new TestClock();
    await using bench = await openCabinet({ deps: { clock } });
    clock.confidence = "doubtful";
    expect(await bench.run({ kind: "select", pointId: "openAll", value: 1, actor: "ann" })).toMatchObject({
      reason: "clock-not-confident",
    });
    expect(await bench.open(1)).toMatchObject({ kind: "done" });
  });

  it("that open everything can be cancelled", async () => {
    await using bench = await openCabinet();
    const selectionId = await selectAll(bench);
    expect(await bench.run({ kind: "cancel", selectionId, actor: "ann" })).toEqual({ kind: "cancelled" });
    expect(await bench.run({ kind: "operate", selectionId, actor: "ann" })).toMatchObject({ kind: "refused" });
    expect(bench.pulses(1)).toBe(0);
  });
});

describe.concurrent("a door's life", () => {
  it("tells of a door that is left open", async () => {
    await using bench = await openCabinet({ settings: { leftOpenAfterMs: 1_000 } });
    await bench.open(1);
    await bench.shows("door1.leftOpen", 1);
    expect((await bench.occurred("left-open")).details).toMatchObject({ door: 1, openMs: expect.any(Number) });
    bench.simulator.wall.close(bench.board, 1);
    await bench.shows("door1.leftOpen", 0);
    expect(bench.occurrences("left-open")).toHaveLength(1);
  });

  it("tells what lies in a compartment", async () => {
    await using bench = await openCabinet({ protocol: "kerong-cu16" });
    await bench.shows("door1.occupied", 0);
    await bench.open(1);
    bench.simulator.wall.put(bench.board, 1, true);
    await bench.shows("door1.occupied", 1);
    expect((await bench.occurred("occupancy-changed")).details).toMatchObject({ compartment: "a01", isOccupied: true });
  });

  it("goes on after a restart: forced stays forced, and what was opened meanwhile is told", async () => {
    await using bench = await openCabinet();
    await bench.shows("door2.open", 0);
    bench.simulator.wall.pry(bench.board, 1);
    await bench.shows("door1.forced", 1);
    await eventually("written", () => bench.deps.memory.rows.get("doors")?.includes("forced"));
    await bench.device[Symbol.asyncDispose]();
    bench.simulator.wall.pry(bench.board, 2);
    await bench.restart();
    await bench.shows("door1.forced", 1);
    await bench.shows("door2.forced", 1);
    expect(bench.occurrences("opened-without-command").map(({ details }) => details["door"])).toEqual([2]);
  });

  it("claims nothing about doors while nothing is known of the time before", async () => {
    await using bench = await openCabinet({ deps: { isRestored: false, rows: new Map([["doors", '{"1":"shut"}']]) } });
    await bench.shows("door1.open", 0);
    expect(bench.occurrences("opened-without-command")).toEqual([]);
  });
});

const learn = (bench: CabinetBench, withinSeconds = 20) =>
  bench.run({ kind: "call", methodId: "learn-polarity", arguments: { withinSeconds }, actor: "tech" });

describe("learn-polarity", () => {
  it.each([
    [false, "feedback: closed-is-1 (door 2: 1 shut, 0 open), as the settings say"],
    [true, "feedback: open-is-1 (door 2: 0 shut, 1 open), but the settings say closed-is-1: correct them"],
  ])("with the contacts inverted %s says: %s", async (isInverted, detail) => {
    await using bench = await openCabinet();
    bench.simulator.wall.isInverted = isInverted;
    const learning = learn(bench);
    const seen = bench.simulator.countRequests();
    await eventually("some looks", () => bench.simulator.countRequests() > seen + 8);
    bench.simulator.wall.pry(bench.board, 2);
    expect(await learning).toMatchObject({ kind: "done", detail });
  });

  it("says so where nobody opened a door, and refuses a time that is none", async () => {
    await using bench = await openCabinet();
    expect(await learn(bench, 1)).toMatchObject({ kind: "unconfirmed" });
    expect(await learn(bench, 0)).toMatchObject({ kind: "refused", reason: "bad-arguments" });
  });
});
