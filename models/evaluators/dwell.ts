import { z } from "zod";

import { EMPTY_PRESENCE, dwells, stepPresence, type PresenceState } from "../zones/presence.ts";
import { defineRule } from "./evaluator.ts";
import { scoreOf, sightingsIn } from "./sightings.ts";
import { zoneOf } from "./zone-of.ts";

const parameters = z.strictObject({
  enterAfterS: z.number().min(0).max(600),
  enterShare: z.number().min(0).max(1),
  /** Hidden or outside for no longer than this, and the stay goes on. */
  leaveAfterS: z.number().min(0).max(3_600),
  /** So long and the stay is too long. */
  limitS: z.number().min(1).max(86_400),
});

interface State {
  readonly visits: PresenceState;
  /** Who has been told of already. */
  readonly told: ReadonlySet<number>;
}

/** Somebody stays in a zone for too long. */
export const dwell = defineRule<z.infer<typeof parameters>, State>({
  scopes: ["zone"],
  parameters,
  outputs: () => [
    { id: "over", unit: "", name: { zh: "超时停留数", en: "staying too long" } },
    { id: "dwell", unit: "s", name: { zh: "最长停留", en: "longest stay" } },
    { id: "count", unit: "", name: { zh: "目标数", en: "count" } },
  ],
  start: () => ({ visits: EMPTY_PRESENCE, told: new Set() }),
  step(state, { atS, objects }, { scope, parameters: settings }) {
    const sightings = sightingsIn(zoneOf(scope), objects);
    const { state: visits } = stepPresence(state.visits, { atS, sightings }, settings);
    const stays = dwells(visits, atS);
    const over = stays.filter(({ dwellS }) => dwellS >= settings.limitS);
    const fresh = over.filter(({ trackId }) => !state.told.has(trackId));
    const readings = {
      over: over.length,
      dwell: stays.reduce((longest, { dwellS }) => Math.max(longest, dwellS), 0),
      count: stays.length,
    };
    const happenings = fresh.map(({ trackId, dwellS }) => ({
      name: "overstayed",
      trackId,
      score: scoreOf(trackId, objects),
      details: { dwellS },
    }));
    const told = new Set(over.map(({ trackId }) => trackId));
    return { state: { visits, told }, evaluation: { readings, happenings } };
  },
});
