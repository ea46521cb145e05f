import type { Box } from "../../decoders/detections/box.ts";
import { iou } from "../../decoders/detections/box.ts";

/** A thing with its id in one frame: as it truly was, or as a tracker says. */
export interface Named {
  readonly id: number;
  readonly box: Box;
}

/** One frame: what was there and what the tracker said. */
export interface ComparedFrame {
  readonly truth: readonly Named[];
  readonly tracked: readonly Named[];
}

/** The customary overlap from which a box counts as found. */
export const FOUND_IOU = 0.5;

/** Overlaps of all pairs in one frame, truth × tracked, row-major. */
export function overlaps({ truth, tracked }: ComparedFrame): Float64Array {
  const values = new Float64Array(truth.length * tracked.length);
  for (const [row, one] of truth.entries()) {
    for (const [column, other] of tracked.entries()) values[row * tracked.length + column] = iou(one.box, other.box);
  }
  return values;
}
