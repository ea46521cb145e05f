import type { Polygon } from "../zones/polygon.ts";
import { isInside, standingPoint } from "../zones/polygon.ts";
import type { Sighting } from "../zones/presence.ts";
import type { SceneObject } from "./evaluator.ts";

/** Where each believed thing is: by the middle of its box's lower edge. Tentative ones count for nothing. */
export function sightingsIn(polygon: Polygon, objects: readonly SceneObject[]): readonly Sighting[] {
  return objects
    .filter(({ phase }) => phase !== "tentative")
    .map(({ trackId, phase, box }) => {
      if (phase === "lost") return { trackId, where: "unseen" };
      return { trackId, where: isInside(polygon, standingPoint(box)) ? "inside" : "outside" };
    });
}

/** The score of a thing's last sighting; 0 where it is not in this frame. */
export function scoreOf(trackId: number, objects: readonly SceneObject[]): number {
  return objects.find((one) => one.trackId === trackId)?.score ?? 0;
}
