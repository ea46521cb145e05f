import assert from "node:assert";

import { z } from "zod";

import { EMPTY_LINE, stepLine, type LineState } from "../zones/line.ts";
import { standingPoint } from "../zones/polygon.ts";
import { defineRule } from "./evaluator.ts";
import { scoreOf } from "./sightings.ts";

const parameters = z.strictObject({
  /** Nearer than this to the line is on neither side; pixels of the plane. */
  deadBandPx: z.number().min(0).max(400),
  /** At least as long as the tracker keeps lost tracks. */
  forgetAfterS: z.number().min(0.5).max(60),
});

interface State {
  readonly line: LineState;
  readonly in: number;
  readonly out: number;
}

/** Who crosses a line, by direction: forward is in. Counts are since the vision process began. */
export const lineCount = defineRule<z.infer<typeof parameters>, State>({
  scopes: ["line"],
  parameters,
  outputs: () => [
    { id: "in", unit: "", name: { zh: "进入", en: "in" } },
    { id: "out", unit: "", name: { zh: "离开", en: "out" } },
    { id: "inside", unit: "", name: { zh: "在内人数", en: "inside" } },
  ],
  start: () => ({ line: EMPTY_LINE, in: 0, out: 0 }),
  step(state, { atS, objects }, { scope, parameters: { deadBandPx, forgetAfterS } }) {
    assert(scope.kind === "line", "the rule takes lines only");
    const standings = objects.flatMap(({ trackId, phase, box }) =>
      phase === "confirmed" ? [{ trackId, point: standingPoint(box) }] : [],
    );
    const line = { a: scope.a, b: scope.b, deadBandPx };
    const { state: next, crossings } = stepLine(line, state.line, { atS, standings }, forgetAfterS);
    const forward = crossings.filter(({ direction }) => direction === "forward").length;
    const counted = { in: state.in + forward, out: state.out + crossings.length - forward };
    const happenings = crossings.map(({ trackId, direction }) => ({
      name: "crossed",
      trackId,
      score: scoreOf(trackId, objects),
      details: { direction: direction === "forward" ? "in" : "out" },
    }));
    // Who was inside before the count began may leave; less than nobody cannot be inside.
    const readings = { ...counted, inside: Math.max(0, counted.in - counted.out) };
    return { state: { line: next, ...counted }, evaluation: { readings, happenings } };
  },
});
