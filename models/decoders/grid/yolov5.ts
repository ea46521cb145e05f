import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { floatTensor, type Outputs } from "../tensor.ts";
import { bestClass } from "./best-class.ts";

/** Centre x and y, width, height, objectness. */
const BEFORE_CLASSES = 5;

/**
 * Decodes the layout of YOLOv5.
 *
 * @param outputs  float32 [1, N, 5 + C]: centre x, centre y, width and height in input pixels, objectness and class
 *   scores, all 0 to 1.
 * @returns        score = objectness × best class, in source pixels.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeYolov5(
  outputs: Outputs,
  { output }: DecoderOf<"yolov5">,
  context: DetectorContext,
): readonly Detection[] {
  const classCount = context.classIds.length;
  const { data, dims } = floatTensor(outputs, output, [1, undefined, BEFORE_CLASSES + classCount]);
  const columns = BEFORE_CLASSES + classCount;
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  for (let row = 0; row < (dims[1] ?? 0) * columns; row += columns) {
    const objectness = data[row + 4] ?? 0;
    if (objectness < lowest) continue;
    const { index, value } = bestClass(data, row + BEFORE_CLASSES, classCount);
    const score = objectness * value;
    if (score < lowest) continue;
    const x = data[row] ?? 0;
    const y = data[row + 1] ?? 0;
    const halfWidth = (data[row + 2] ?? 0) / 2;
    const halfHeight = (data[row + 3] ?? 0) / 2;
    candidates.push({
      x1: x - halfWidth,
      y1: y - halfHeight,
      x2: x + halfWidth,
      y2: y + halfHeight,
      score,
      classIndex: index,
    });
  }
  return finish(candidates, context);
}
