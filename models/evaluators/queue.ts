import { z } from "zod";

import { EMPTY_PRESENCE, dwells, stepPresence, type PresenceState } from "../zones/presence.ts";
import { defineRule } from "./evaluator.ts";
import { sightingsIn } from "./sightings.ts";
import { zoneOf } from "./zone-of.ts";

const parameters = z.strictObject({
  /** Who stays so long is waiting, not passing. */
  enterAfterS: z.number().min(0).max(600),
  enterShare: z.number().min(0).max(1),
  leaveAfterS: z.number().min(0).max(600),
});

/** How long a queue is, and how long those in it have waited. */
export const queue = defineRule<z.infer<typeof parameters>, PresenceState>({
  scopes: ["zone"],
  parameters,
  outputs: () => [
    { id: "length", unit: "", name: { zh: "排队人数", en: "length" } },
    { id: "wait", unit: "s", name: { zh: "最长等待", en: "longest wait" } },
    { id: "mean-wait", unit: "s", name: { zh: "平均等待", en: "mean wait" } },
  ],
  start: () => EMPTY_PRESENCE,
  step(state, { atS, objects }, { scope, parameters: settings }) {
    const sightings = sightingsIn(zoneOf(scope), objects);
    const { state: next } = stepPresence(state, { atS, sightings }, settings);
    const waits = dwells(next, atS).map(({ dwellS }) => dwellS);
    const readings = {
      length: waits.length,
      wait: Math.max(0, ...waits),
      "mean-wait": waits.reduce((sum, one) => sum + one, 0) / Math.max(1, waits.length),
    };
    return { state: next, evaluation: { readings, happenings: [] } };
  },
});
