import type { Day } from "./engine/daylight.ts";
import type { World } from "./engine/world.ts";

/** Train and held-out scenes differ in layout, viewpoint and colours, not only in their seed. */
export const SPLITS = ["train", "held-out"] as const;
export type Split = (typeof SPLITS)[number];

/** One of a place's layouts with its viewpoint and colours. */
export interface Structure {
  readonly name: string;
  readonly split: Split;
}

/** What is asked of a place. */
export interface PlaceRequest {
  readonly seed: number;
  /** One of the place's own. */
  readonly structure: string;
  /** Weather and hour, where these are not the seed's to say. Rooms have none. */
  readonly day?: Day;
}

/** A kind of scene: it makes worlds. */
export interface Place {
  readonly name: string;
  readonly structures: readonly Structure[];
  /** What a scene of this place shows, for the contact sheet. */
  readonly summary: string;
  build(request: PlaceRequest): Promise<World>;
}
