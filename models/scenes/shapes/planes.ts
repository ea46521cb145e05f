import type { V3 } from "../engine/geometry.ts";

type XY = readonly [number, number];

/** A level rectangle from its near left to its far right corner, seen from above. */
export function level([x1, y1]: XY, [x2, y2]: XY, z: number): readonly V3[] {
  return [
    [x1, y1, z],
    [x2, y1, z],
    [x2, y2, z],
    [x1, y2, z],
  ];
}

/** An upright rectangle from one point of the ground to another, seen from where the first is on the left. */
export function upright([x1, y1]: XY, [x2, y2]: XY, [low, high]: XY): readonly V3[] {
  return [
    [x1, y1, low],
    [x2, y2, low],
    [x2, y2, high],
    [x1, y1, high],
  ];
}
