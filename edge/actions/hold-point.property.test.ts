import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { notHeld, stepHold, type HoldInput, type HoldState } from "./hold-point.ts";

const STEP_MS = 50;
/** Longer than the longest pause between two tries, and a poll after it. */
const QUIET_MS = 15_000;

/** What may happen in one step of time, besides the poll. */
const happening = fc.constantFrom(
  "call",
  "let go",
  "lose the write",
  "answer and do nothing",
  "reset the coil",
  "nothing",
);

/** A coil, and the writes on their way to it. */
interface World {
  coil: number;
  state: HoldState;
  nowMs: number;
  underWay: { readonly value: number; readonly fate: string } | undefined;
}

function feed(world: World, input: HoldInput, fate: string): void {
  const { state, write } = stepHold(0, world.state, input);
  world.state = state;
  if (write === undefined) return;
  expect(world.underWay, "one write at a time").toBeUndefined();
  world.underWay = { value: write, fate };
}

/** One step: the write under way ends, something happens, the point is polled, time passes. */
function step(world: World, what: string): void {
  const { nowMs, underWay } = world;
  if (underWay !== undefined) {
    world.underWay = undefined;
    if (underWay.fate === "nothing") world.coil = underWay.value;
    feed(world, { kind: "wrote", isDone: underWay.fate !== "lose the write", nowMs }, what);
  }
  if (what === "reset the coil") world.coil = 1 - world.coil;
  if (what === "call") feed(world, { kind: "wanted", value: 1, nowMs }, "nothing");
  if (what === "let go") feed(world, { kind: "wanted", value: 0, nowMs }, "nothing");
  if (world.underWay === undefined) feed(world, { kind: "reading", value: world.coil, nowMs: nowMs + 1 }, what);
  feed(world, { kind: "tick", nowMs: nowMs + 2 }, what);
  world.nowMs += STEP_MS;
}

describe("a held point, whatever happens to it", () => {
  it("is where it should be when things have been quiet for a while", () => {
    const seed = Number(process.env["HOLD_SEED"] ?? Date.now() % 2 ** 31);
    console.log(`hold-point: seed ${seed} (HOLD_SEED repeats it)`);
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const world: World = { coil: 0, state: notHeld(0), nowMs: 10_000, underWay: undefined };
        for (const what of happenings) step(world, what);
        for (let passedMs = 0; passedMs < QUIET_MS; passedMs += STEP_MS) step(world, "nothing");
        expect(world.coil).toBe(world.state.wanted);
        expect(world.state.isOwed).toBe(false);
      }),
      { seed, numRuns: 500 },
    );
  });
});
