import { iou } from "../../decoders/detections/box.ts";
import type { Detection } from "../../decoders/detections/detection.ts";
import type { Named } from "../evaluation/sequence.ts";

/** What the plain tracker knows: boxes of the last frame. */
export interface IouTracker {
  readonly boxes: readonly Named[];
  readonly nextId: number;
}

const LEAST_IOU = 0.3;
const LEAST_SCORE = 0.5;

/** The plainest tracker there is, to measure against: the best overlap with the last frame's boxes, no memory, no motion. */
export function stepIouTracker({ boxes, nextId }: IouTracker, detections: readonly Detection[]): IouTracker {
  const free = new Map(boxes.map((one) => [one.id, one]));
  let next = nextId;
  const found = detections
    .filter(({ score }) => score >= LEAST_SCORE)
    .map(({ box }) => {
      const best = [...free.values()].toSorted((a, b) => iou(b.box, box) - iou(a.box, box))[0];
      if (best !== undefined && iou(best.box, box) >= LEAST_IOU) {
        free.delete(best.id);
        return { id: best.id, box };
      }
      next += 1;
      return { id: next - 1, box };
    });
  return { boxes: found, nextId: next };
}
