import type { DecoderOf } from "../../manifest/decoder.ts";
import { sigmoid } from "../grid/best-class.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/** A class and how sure the model is of it, 0 to 1. */
export interface Label {
  readonly classIndex: number;
  readonly score: number;
}

/**
 * Labels a whole picture or crop.
 *
 * @param outputs     float32 [1, C]: logits, or scores where the graph has applied its activation.
 * @param classCount  C.
 * @returns           every class, best first; of equal ones the first class stays first.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeClassifier(
  outputs: Outputs,
  { output, activation }: DecoderOf<"classifier">,
  classCount: number,
): readonly Label[] {
  const values = [...floatTensor(outputs, output, [1, classCount]).data];
  return activated(values, activation)
    .map((score, classIndex) => ({ classIndex, score }))
    .toSorted((a, b) => b.score - a.score);
}

function activated(values: readonly number[], activation: DecoderOf<"classifier">["activation"]): readonly number[] {
  switch (activation) {
    case "none":
      return values.map((value) => Math.min(1, Math.max(0, value)));
    case "sigmoid":
      return values.map(sigmoid);
    case "softmax": {
      const largest = Math.max(...values);
      const weights = values.map((value) => Math.exp(value - largest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    }
  }
}
