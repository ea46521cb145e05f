import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { bestClass } from "../grid/best-class.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/**
 * Decodes UltraFace and its masked-face descendant; the graph has applied the priors.
 *
 * @param outputs  float32 [1, N, 1 + C] scores 0 to 1, background first, and float32 [1, N, 4] corners x1 y1 x2 y2 as
 *   shares of the input.
 * @returns        score = best class but the background, in source pixels.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeUltraface(
  outputs: Outputs,
  { scores, boxes }: DecoderOf<"ultraface">,
  context: DetectorContext,
): readonly Detection[] {
  const classCount = context.classIds.length;
  const columns = 1 + classCount;
  const scoreTensor = floatTensor(outputs, scores, [1, undefined, columns]);
  const count = scoreTensor.dims[1] ?? 0;
  const corners = floatTensor(outputs, boxes, [1, count, 4]).data;
  const { width, height } = context.placement.input;
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  for (let index = 0; index < count; index += 1) {
    const best = bestClass(scoreTensor.data, index * columns + 1, classCount);
    if (best.value < lowest) continue;
    candidates.push({
      x1: (corners[index * 4] ?? 0) * width,
      y1: (corners[index * 4 + 1] ?? 0) * height,
      x2: (corners[index * 4 + 2] ?? 0) * width,
      y2: (corners[index * 4 + 3] ?? 0) * height,
      score: best.value,
      classIndex: best.index,
    });
  }
  return finish(candidates, context);
}
