import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/** Centre x and y, width, height. */
const BEFORE_CLASSES = 4;

/**
 * Decodes the layout of YOLOv8, 11 and 12.
 *
 * @param outputs  float32 [1, 4 + C, N], channel-major: rows of centre x, centre y, width and height in input pixels,
 *   then one row of scores (0 to 1) a class; no objectness.
 * @returns        score = best class, in source pixels.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeYolov8(
  outputs: Outputs,
  { output }: DecoderOf<"yolov8">,
  context: DetectorContext,
): readonly Detection[] {
  const classCount = context.classIds.length;
  const { data, dims } = floatTensor(outputs, output, [1, BEFORE_CLASSES + classCount, undefined]);
  const anchors = dims[2] ?? 0;
  const { scores, classes } = bestByAnchor(data, anchors, classCount);
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < anchors; anchor += 1) {
    const score = scores[anchor] ?? 0;
    if (score < lowest) continue;
    const x = data[anchor] ?? 0;
    const y = data[anchors + anchor] ?? 0;
    const halfWidth = (data[2 * anchors + anchor] ?? 0) / 2;
    const halfHeight = (data[3 * anchors + anchor] ?? 0) / 2;
    candidates.push({
      x1: x - halfWidth,
      y1: y - halfHeight,
      x2: x + halfWidth,
      y2: y + halfHeight,
      score,
      classIndex: classes[anchor] ?? 0,
    });
  }
  return finish(candidates, context);
}

/** Row by row, as the tensor lies in memory: column by column would miss the cache at every class. */
function bestByAnchor(
  data: Float32Array,
  anchors: number,
  classCount: number,
): { readonly scores: Float32Array; readonly classes: Uint16Array } {
  const first = BEFORE_CLASSES * anchors;
  const scores = data.slice(first, first + anchors);
  const classes = new Uint16Array(anchors);
  for (let one = 1; one < classCount; one += 1) {
    const row = first + one * anchors;
    for (let anchor = 0; anchor < anchors; anchor += 1) {
      const score = data[row + anchor] ?? 0;
      if (score > (scores[anchor] ?? 0)) {
        scores[anchor] = score;
        classes[anchor] = one;
      }
    }
  }
  return { scores, classes };
}
