import { z } from "zod";

import { isInside, standingPoint } from "../zones/polygon.ts";
import { defineRule } from "./evaluator.ts";
import { addToWindow, medianOf, type TimedValue } from "./window.ts";
import { zoneOf } from "./zone-of.ts";

const parameters = z.strictObject({
  /** The count is the median over so long. */
  windowS: z.number().min(0.5).max(60),
  /** From so many seen people on the level is medium, high. */
  mediumAt: z.number().min(1).max(1_000),
  highAt: z.number().min(1).max(1_000),
  /** A level is left only below this share of its limit. */
  backShare: z.number().min(0.1).max(1),
  /** Of those who are there so many go unseen in a crowd: the upper estimate makes up for them. */
  unseenShare: z.number().min(0).max(0.9),
});

interface State {
  readonly counts: readonly TimedValue[];
  readonly level: number;
}

/**
 * How crowded a zone is: 0 low, 1 medium, 2 high. A detector sees fewer people than there are where they hide each other,
 * so `most` says how many there may be.
 */
export const crowd = defineRule<z.infer<typeof parameters>, State>({
  scopes: ["zone"],
  parameters,
  outputs: () => [
    { id: "level", unit: "", name: { zh: "密度等级", en: "level" } },
    { id: "count", unit: "", name: { zh: "可见人数", en: "people seen" } },
    { id: "most", unit: "", name: { zh: "人数上限估计", en: "people at most" } },
  ],
  start: () => ({ counts: [], level: 0 }),
  step(state, { atS, objects }, { scope, parameters: settings }) {
    const zone = zoneOf(scope);
    // Lost ones are counted where they are guessed to be: behind somebody else is where they go.
    const seen = objects.filter(({ phase, box }) => phase !== "tentative" && isInside(zone, standingPoint(box)));
    const counts = addToWindow(state.counts, { atS, value: seen.length }, settings.windowS);
    const count = medianOf(counts.map(({ value }) => value));
    const level = levelOf(count, state.level, settings);
    const happenings =
      level === state.level ? [] : [{ name: "level-changed", trackId: 0, score: 0, details: { level, count } }];
    const most = Math.ceil(count / (1 - settings.unseenShare));
    return { state: { counts, level }, evaluation: { readings: { level, count, most }, happenings } };
  },
});

function levelOf(
  count: number,
  before: number,
  { mediumAt, highAt, backShare }: Pick<z.infer<typeof parameters>, "mediumAt" | "highAt" | "backShare">,
): number {
  if (count >= highAt || (before === 2 && count >= highAt * backShare)) return 2;
  return count >= mediumAt || (before >= 1 && count >= mediumAt * backShare) ? 1 : 0;
}
