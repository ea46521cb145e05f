import { z } from "zod";

import { EMPTY_PRESENCE, dwells, stepPresence, type PresenceState } from "../zones/presence.ts";
import { defineRule } from "./evaluator.ts";
import { scoreOf, sightingsIn } from "./sightings.ts";
import { zoneOf } from "./zone-of.ts";

const parameters = z.strictObject({
  enterAfterS: z.number().min(0).max(600),
  enterShare: z.number().min(0).max(1),
  leaveAfterS: z.number().min(0).max(600),
});

/** Somebody or something is in a zone. */
export const presence = defineRule<z.infer<typeof parameters>, PresenceState>({
  scopes: ["zone"],
  parameters,
  outputs: () => [
    { id: "present", unit: "", name: { zh: "有目标", en: "present" } },
    { id: "count", unit: "", name: { zh: "目标数", en: "count" } },
  ],
  start: () => EMPTY_PRESENCE,
  step(state, { atS, objects }, { scope, parameters: settings }) {
    const sightings = sightingsIn(zoneOf(scope), objects);
    const { state: next, events } = stepPresence(state, { atS, sightings }, settings);
    const count = dwells(next, atS).length;
    const happenings = events.map((event) => ({
      name: event.kind,
      trackId: event.trackId,
      score: scoreOf(event.trackId, objects),
      details: event.kind === "left" ? { dwellS: event.dwellS } : {},
    }));
    return { state: next, evaluation: { readings: { present: count > 0 ? 1 : 0, count }, happenings } };
  },
});
