import type { DetectorContext } from "../decoders/detections/finish.ts";
import type { OutputTensor } from "../decoders/tensor.ts";
import type { Resize } from "../manifest/input.ts";
import { planPlacement, type Size } from "../preprocess/placement.ts";

/** A context for hand-worked tensors: the picture has the input's size unless told otherwise, so nothing is scaled. */
export function contextOf(
  input: Size,
  classIds: readonly string[],
  options: { readonly source?: Size; readonly resize?: Resize; readonly score?: number } = {},
): DetectorContext {
  const { source = input, resize = { mode: "stretch" }, score = 0.5 } = options;
  return {
    placement: planPlacement(source, { ...input, resize }),
    classIds,
    thresholds: { score, scoreByClass: {}, nmsIou: 0.5, isNmsByClass: true, maxCandidates: 1_000, maxDetections: 300 },
  };
}

/** A float32 tensor of zeros, or of one other value, with some rows of its last axis written into it. */
export function tensorOf(
  dims: readonly number[],
  rows: Readonly<Record<number, readonly number[]>> = {},
  fill = 0,
): OutputTensor & { readonly data: Float32Array } {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(fill);
  const width = dims.at(-1) ?? 0;
  for (const [row, values] of Object.entries(rows)) data.set(values, Number(row) * width);
  return { dims, data };
}
