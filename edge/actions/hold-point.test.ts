import { describe, expect, it } from "vitest";

import { FAILING_AFTER_MS, notHeld, stepHold, type HoldInput, type HoldState } from "./hold-point.ts";

/** Runs inputs and lists the writes as [when, value]; each write's outcome is an input of its own. */
function run(inputs: readonly HoldInput[], from: HoldState = notHeld(0)) {
  let state = from;
  let isFailing = false;
  const writes: [number, number][] = [];
  for (const input of inputs) {
    const step = stepHold(0, state, input);
    ({ state, isFailing } = step);
    if (step.write !== undefined) writes.push([input.nowMs, step.write]);
  }
  return { writes, state, isFailing };
}

const called = (nowMs: number, isCalled = true): HoldInput => ({
  kind: "wanted",
  value: isCalled ? 1 : 0,
  nowMs,
});
const wrote = (nowMs: number, isDone = true): HoldInput => ({ kind: "wrote", isDone, nowMs });
const reading = (nowMs: number, value: number | null): HoldInput => ({ kind: "reading", value, nowMs });
const online = (nowMs: number): HoldInput => ({ kind: "online", nowMs });
const tick = (nowMs: number): HoldInput => ({ kind: "tick", nowMs });

describe("a held point", () => {
  it.each<[string, HoldInput[], [number, number][]]>([
    ["is written at once when called", [called(10)], [[10, 1]]],
    ["is written once, however many call", [called(10), called(11), wrote(12), called(13)], [[10, 1]]],
    [
      "goes idle when nobody calls any more",
      [called(10), wrote(12), called(50, false)],
      [
        [10, 1],
        [50, 0],
      ],
    ],
    ["waits for the write under way before the next", [called(10), called(11, false), tick(12)], [[10, 1]]],
    [
      "is then written as it is called by now",
      [called(10), called(11, false), wrote(20)],
      [
        [10, 1],
        [20, 0],
      ],
    ],
    [
      "needs no second write where the call came back meanwhile",
      [called(10), called(11, false), called(12), wrote(20)],
      [[10, 1]],
    ],
    ["is not written at start while it shows idle", [reading(10, 0), online(11), tick(1_000)], []],
    ["is let go at start where it shows active and nobody calls", [reading(5_000, 1)], [[5_000, 0]]],
    [
      "is tried again after a failure, later each time",
      [called(0), wrote(10, false), tick(259), tick(260), wrote(270, false), tick(769), tick(770)],
      [
        [0, 1],
        [260, 1],
        [770, 1],
      ],
    ],
    [
      "is asserted again when the device is back",
      [called(0), wrote(10), online(60_000)],
      [
        [0, 1],
        [60_000, 1],
      ],
    ],
    [
      "is written at once when the device is back, though a retry was to come later",
      [called(0), wrote(10, false), online(20)],
      [
        [0, 1],
        [20, 1],
      ],
    ],
    [
      "is asserted again when it shows something else",
      [called(0), wrote(10), reading(2_000, 0)],
      [
        [0, 1],
        [2_000, 1],
      ],
    ],
    [
      "but not on a value read before the write was over",
      [called(0), reading(5, 0), wrote(10), reading(9, 0)],
      [[0, 1]],
    ],
    [
      "nor more than once a second",
      [called(0), wrote(10), reading(500, 0), tick(1_009), tick(1_010)],
      [
        [0, 1],
        [1_010, 1],
      ],
    ],
    ["nor on a bad value", [called(0), wrote(10), reading(5_000, null), tick(9_000)], [[0, 1]]],
    [
      "counts as done when the read-back shows it, whatever the write's answer was",
      [called(0), wrote(10, false), reading(20, 1), tick(10_000)],
      [[0, 1]],
    ],
  ])("%s", (_, inputs, writes) => {
    expect(run(inputs).writes).toEqual(writes);
  });

  it("is failing when no write succeeded for a while, and no longer when one did", () => {
    const failed = run([called(0), wrote(10, false), tick(9 + FAILING_AFTER_MS)]);
    expect(failed.isFailing).toBe(false);
    const longer = run([tick(10 + FAILING_AFTER_MS)], failed.state);
    expect(longer.isFailing).toBe(true);
    expect(run([wrote(11 + FAILING_AFTER_MS)], longer.state).isFailing).toBe(false);
  });

  it("is failing too when writes are answered but never show", () => {
    let { state } = run([called(0), wrote(10)]);
    for (let nowMs = 1_100; nowMs <= 8_000; nowMs += 1_100) {
      ({ state } = run([reading(nowMs, 0), wrote(nowMs + 10)], state));
    }
    expect(run([reading(9_000, 0)], state).isFailing).toBe(true);
  });

  it("never waits longer than ten seconds between tries", () => {
    let { state } = run([called(0)]);
    for (let tries = 0; tries < 20; tries += 1) ({ state } = run([wrote(1_000, false)], { ...state, writing: 1 }));
    expect(state.notBeforeMs).toBeLessThanOrEqual(11_000);
  });
});
