import { ModelError } from "../../errors.ts";
import type { DecoderOf } from "../../manifest/decoder.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/**
 * Reads an appearance vector and makes its length 1. It tells whether two tracks look alike; it is no identity of a
 * person and is never compared with anything beyond its camera's own tracks.
 *
 * @param outputs  float32 [1, D].
 * @returns        float32 [D], length 1.
 * @throws ModelError `models/bad-tensor`, also where all values are zero and there is no direction; `models/not-finite`.
 */
export function decodeEmbedding(outputs: Outputs, { output, dimensions }: DecoderOf<"embedding">): Float32Array {
  const { data } = floatTensor(outputs, output, [1, dimensions]);
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) throw new ModelError("models/bad-tensor", `${output} is all zero and has no direction`);
  // By the largest first: the squares of large float32 values stay finite, those of small ones stay above zero.
  const scaled = Float64Array.from(data, (value) => value / largest);
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(scaled, (value) => value / length);
}

/**
 * The cosine of two vectors of length 1, −1 to 1.
 *
 * @throws ModelError `models/bad-tensor` where they have different numbers of dimensions.
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new ModelError("models/bad-tensor", `vectors of ${a.length} and ${b.length} cannot be compared`);
  }
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return Math.min(1, Math.max(-1, sum));
}
