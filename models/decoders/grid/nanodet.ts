import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { floatTensor, type Outputs } from "../tensor.ts";
import { bestClass, sigmoid } from "./best-class.ts";
import { cellCount, gridSize } from "./cells.ts";

/** One stride's cells: where their class scores and distances lie in which tensors. */
interface Level {
  readonly stride: number;
  readonly classes: Float32Array;
  readonly classesFrom: number;
  readonly classesStep: number;
  readonly distances: Float32Array;
  readonly distancesFrom: number;
  readonly distancesStep: number;
}

/**
 * Decodes NanoDet, NanoDet-Plus and PicoDet.
 *
 * @param outputs  apart: float32 [1, n, C] class scores and [1, n, 4 × bins] distances a stride; joined: one float32
 *   [1, N, C + 4 × bins], strides one after the other. Rows are cells, row-major. The distances are logits over 0 to
 *   bins − 1 strides for left, top, right, bottom; the expectation under their softmax counts.
 * @returns        score = best class, in source pixels.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeNanodet(
  outputs: Outputs,
  decoder: DecoderOf<"nanodet">,
  context: DetectorContext,
): readonly Detection[] {
  const lowest = lowestScore(context);
  const isLogit = decoder.activation === "sigmoid";
  // Comparing logits with the threshold's logit spares a sigmoid for each of some thousand cells.
  const lowestRaw = isLogit ? Math.log(lowest / (1 - lowest)) : lowest;
  const candidates: Candidate[] = [];
  for (const level of levelsOf(outputs, decoder, context)) {
    const { columns, rows } = gridSize(context.placement.input, level.stride);
    const shift = anchorShift(decoder.anchor, level.stride);
    for (let cell = 0; cell < columns * rows; cell += 1) {
      const from = level.classesFrom + cell * level.classesStep;
      const { index, value } = bestClass(level.classes, from, context.classIds.length);
      if (value < lowestRaw) continue;
      const x = (cell % columns) * level.stride + shift;
      const y = Math.floor(cell / columns) * level.stride + shift;
      const score = isLogit ? sigmoid(value) : value;
      const at = level.distancesFrom + cell * level.distancesStep;
      const reach = (side: number): number =>
        expectedBin(level.distances, at + side * decoder.bins, decoder.bins) * level.stride;
      candidates.push({
        x1: x - reach(0),
        y1: y - reach(1),
        x2: x + reach(2),
        y2: y + reach(3),
        score,
        classIndex: index,
      });
    }
  }
  return finish(candidates, context);
}

function levelsOf(
  outputs: Outputs,
  { heads, bins }: DecoderOf<"nanodet">,
  { placement, classIds }: DetectorContext,
): readonly Level[] {
  const classCount = classIds.length;
  if (heads.form === "apart") {
    return heads.levels.map(({ stride, classes, distances }) => {
      const count = cellCount(placement.input, [stride]);
      return {
        stride,
        classes: floatTensor(outputs, classes, [1, count, classCount]).data,
        classesFrom: 0,
        classesStep: classCount,
        distances: floatTensor(outputs, distances, [1, count, 4 * bins]).data,
        distancesFrom: 0,
        distancesStep: 4 * bins,
      };
    });
  }
  const step = classCount + 4 * bins;
  const { data } = floatTensor(outputs, heads.output, [1, cellCount(placement.input, heads.strides), step]);
  return heads.strides.map((stride, index) => {
    const from = cellCount(placement.input, heads.strides.slice(0, index)) * step;
    return {
      stride,
      classes: data,
      classesFrom: from,
      classesStep: step,
      distances: data,
      distancesFrom: from + classCount,
      distancesStep: step,
    };
  });
}

function anchorShift(anchor: DecoderOf<"nanodet">["anchor"], stride: number): number {
  switch (anchor) {
    case "middle-pixel":
      return (stride - 1) / 2;
    case "corner":
      return 0;
    case "middle":
      return stride / 2;
  }
}

/** The mean of 0 to `bins` − 1 under the softmax of as many logits. */
function expectedBin(data: Float32Array, from: number, bins: number): number {
  let largest = data[from] ?? 0;
  for (let bin = 1; bin < bins; bin += 1) largest = Math.max(largest, data[from + bin] ?? 0);
  let total = 0;
  let sum = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const weight = Math.exp((data[from + bin] ?? 0) - largest);
    total += weight;
    sum += weight * bin;
  }
  return sum / total;
}
