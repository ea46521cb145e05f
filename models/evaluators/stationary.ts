import { z } from "zod";

import { isInside, standingPoint } from "../zones/polygon.ts";
import { DEFAULT_STATIONARY, EMPTY_STATIONARY, stepStationary, type StationaryState } from "../zones/stationary.ts";
import { defineRule } from "./evaluator.ts";
import { scoreOf } from "./sightings.ts";
import { zoneOf } from "./zone-of.ts";

const parameters = z.strictObject({
  stillAfterS: z.number().min(1).max(600),
  /** Standing for so long is parking. */
  limitS: z.number().min(1).max(86_400),
  /** So long it may be hidden and is still the same one. */
  rememberS: z.number().min(1).max(3_600),
  movedAfterS: z.number().min(0).max(60),
});

interface State {
  readonly places: StationaryState;
  /** Places that have been told of: one event a thing and place. */
  readonly told: ReadonlySet<number>;
}

/** Something stands in a zone where it must not. */
export const stationary = defineRule<z.infer<typeof parameters>, State>({
  scopes: ["zone"],
  parameters,
  outputs: () => [
    { id: "parked", unit: "", name: { zh: "违停数", en: "parked" } },
    { id: "dwell", unit: "s", name: { zh: "最长停放", en: "longest stay" } },
  ],
  start: () => ({ places: EMPTY_STATIONARY, told: new Set() }),
  step(state, { atS, objects }, { scope, parameters: { limitS, ...given } }) {
    const zone = zoneOf(scope);
    // Those outside as well: a thing that drives out of the zone is seen to move, it is not merely hidden.
    const seen = objects
      .filter(({ phase }) => phase === "confirmed")
      // Within one algorithm all classes are vehicles, and a van may be called a car in the next frame.
      .map(({ trackId, box }) => ({ trackId, box, classIndex: 0 }));
    const { state: places, events } = stepStationary(state.places, seen, atS, { ...DEFAULT_STATIONARY, ...given });
    const standing = places.places.filter(({ isStill, box }) => isStill && isInside(zone, standingPoint(box)));
    const parked = standing.filter(({ sinceS }) => atS - sinceS >= limitS);
    const fresh = parked.filter(({ placeId }) => !state.told.has(placeId));
    const left = events.flatMap((event) =>
      event.kind === "gone" && state.told.has(event.placeId)
        ? [{ name: "gone", trackId: 0, score: 0, details: { place: event.placeId, stoodS: event.stoodS } }]
        : [],
    );
    const happenings = [
      ...fresh.map(({ placeId, trackId, sinceS }) => ({
        name: "parked",
        trackId,
        score: scoreOf(trackId, objects),
        details: { place: placeId, stoodS: atS - sinceS },
      })),
      ...left,
    ];
    const readings = {
      parked: parked.length,
      dwell: standing.reduce((longest, { sinceS }) => Math.max(longest, atS - sinceS), 0),
    };
    const told = new Set(parked.map(({ placeId }) => placeId));
    return { state: { places, told }, evaluation: { readings, happenings } };
  },
});
