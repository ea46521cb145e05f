import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import type { Measurement } from "../../event.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { seededRandom } from "../../testing/random.ts";
import { PROTOCOL_NAMES } from "../settings.ts";
import { openCabinet, type CabinetBench } from "../testing/cabinet-bench.ts";

// A status does not say which question it answers: one that comes late looks like the next one's answer.

const TIMEOUT_MS = 150;

/** What was said to be good of door 1, from an event on. */
function goodReadings(bench: CabinetBench, from = 0): readonly Measurement[] {
  return bench.deps.events
    .slice(from)
    .filter((event): event is Measurement => event.kind === "measurement" && event.pointId === "door1.open")
    .filter(({ reading }) => reading.quality === "good");
}

describe.concurrent.each(PROTOCOL_NAMES)("an answer of a %s board that comes too late", (protocol) => {
  it.each([
    ["while the next question waits", 200, 1],
    ["after several timeouts", 900, 1],
    ["every time", 420, 6],
  ])("%s is never taken for the next one's", async (_, delayMs, requests) => {
    await using bench = await openCabinet({ protocol, settings: { timeoutMs: TIMEOUT_MS } });
    await bench.shows("door1.open", 0);
    const asked = bench.simulator.countRequests();
    bench.simulator.misbehaviours.plan({ kind: "late", delayMs, requests });
    await eventually(
      "the late one asked",
      () => bench.simulator.misbehaviours.left < requests && bench.simulator.countRequests() > asked,
    );
    const from = bench.deps.events.length;
    bench.simulator.wall.pry(bench.board, 1);
    await bench.shows("door1.open", 1);
    await systemClock.sleep(delayMs);
    await eventually("all late ones over", () => bench.simulator.misbehaviours.left === 0);
    const values = goodReadings(bench, from).map(({ reading }) => reading.quality === "good" && reading.value);
    // The late answers say that the door was shut: each was made when it was asked for.
    expect(new Set(values)).toEqual(new Set([1]));
  });
});

describe.concurrent.each(PROTOCOL_NAMES)("a %s board that misbehaves as it likes", (protocol) => {
  it("never makes us say what has not been so for a while", async ({ onTestFailed }) => {
    const random = seededRandom();
    onTestFailed(() => console.error(`OUTPOST_SEED=${random.seed}`));
    await using bench = await openCabinet({ protocol, settings: { timeoutMs: TIMEOUT_MS } });
    const history: { readonly atMs: number; readonly isOpen: boolean }[] = [
      { atMs: Number.NEGATIVE_INFINITY, isOpen: false },
    ];
    for (let turn = 1; turn <= 6; turn += 1) {
      for (let plan = 0; plan < 2; plan += 1) {
        bench.simulator.misbehaviours.plan(
          random.pick([
            { kind: "late", delayMs: random.whole(200, 6_000), requests: 1 },
            { kind: "late", delayMs: random.whole(200, 6_000), requests: 1 },
            { kind: "half-frame", requests: 1 },
            { kind: "garbage", requests: 1 },
            { kind: "broken-check", requests: 1 },
            { kind: "in-pieces", pauseMs: 2, requests: 1 },
          ]),
        );
      }
      await systemClock.sleep(random.whole(1_800, 2_600));
      const isOpen = turn % 2 === 1;
      if (isOpen) bench.simulator.wall.pry(bench.board, 1);
      else bench.simulator.wall.close(bench.board, 1);
      history.push({ atMs: systemClock.monotonicMs(), isOpen });
    }
    bench.simulator.misbehaviours.clear();
    const readings = goodReadings(bench);
    expect(readings.length).toBeGreaterThan(10);
    const wrong = readings.filter(({ monotonicMs, reading }) => {
      const isOpen = reading.quality === "good" && reading.value === 1;
      // A second and a half for a row of questions on a busy machine; what is late is mostly later than that.
      return !wasSo(history, isOpen, monotonicMs - 1_500, monotonicMs);
    });
    expect(wrong).toEqual([]);
  });
});

/** Whether the door stood so at any moment from `fromMs` to `toMs`. */
function wasSo(
  history: readonly { readonly atMs: number; readonly isOpen: boolean }[],
  isOpen: boolean,
  fromMs: number,
  toMs: number,
): boolean {
  return history.some(
    (one, index) => one.isOpen === isOpen && one.atMs <= toMs && (history[index + 1]?.atMs ?? Infinity) >= fromMs,
  );
}
