import type { Box } from "../../decoders/detections/box.ts";
import type { ThingTruth } from "./world.ts";

/** A thing in one frame. */
export interface SeenThing extends ThingTruth {
  /** All of it that lies within the picture, also what is hidden; pixels. */
  readonly box: Box;
  /** What of it is seen, 0 to 1. */
  readonly visibleShare: number;
  /** Pixels of it that are seen; 0 for parts, which own none. */
  readonly pixels: number;
  /** Cut off by the picture's edge. */
  readonly isCut: boolean;
}

/** A zone or line in pixels of the picture. */
export interface SeenRegion {
  readonly name: string;
  readonly kind: "zone" | "line" | "plane";
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** On the ground, metres; beside each point. */
  readonly groundM: readonly (readonly [number, number])[];
}

/** What is true of a frame. */
export interface FrameTruth {
  readonly atMs: number;
  readonly width: number;
  readonly height: number;
  readonly things: readonly SeenThing[];
  readonly regions: readonly SeenRegion[];
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  /** Whose pixel each is, row by row; 0 where nobody's. */
  readonly ids: Uint16Array;
}

/** A picture with the truth about it. */
export interface Frame extends FrameTruth {
  /** RGB, row by row. */
  readonly rgb: Uint8Array;
}

/** The pixels of one thing: 255 where it is seen, 0 elsewhere. */
export function maskOf({ ids }: FrameTruth, id: number): Uint8Array {
  return Uint8Array.from(ids, (owner) => (owner === id ? 255 : 0));
}
