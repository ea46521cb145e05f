import { readFileSync } from "node:fs";

import { InferenceSession, Tensor } from "onnxruntime-node";

import { decode, type Decoded } from "../decoders/decode.ts";
import type { Outputs } from "../decoders/tensor.ts";
import { type ModelManifest, parseManifest } from "../manifest.ts";
import { channelCount } from "../manifest/input.ts";
import { checkSession } from "../onnx/check-session.ts";
import { readOnnxHeader } from "../onnx/model-file.ts";
import type { RgbImage } from "../preprocess/fill-tensor.ts";
import type { Placement } from "../preprocess/placement.ts";
import { prepare } from "./pictures.ts";
import { sharedFile } from "./shared-files.ts";

/** Third-party weights in a real session, with the manifest they are tested under. */
export interface RealModel {
  readonly manifest: ModelManifest;
  /** What `checkSession` has against the file. */
  readonly reasons: readonly string[];
  look(image: RgbImage): Promise<Decoded>;
  /** The raw outputs for one picture. */
  run(image: RgbImage): Promise<{ readonly outputs: Outputs; readonly placement: Placement }>;
  release(): Promise<void>;
}

/** The parts of a manifest that say how a model is fed and read. */
export type ModelCase = Pick<ModelManifest, "opset"> & {
  readonly file: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly decoder: Readonly<Record<string, unknown>>;
  readonly classes?: readonly string[];
  readonly thresholds: Readonly<Record<string, unknown>>;
};

/** A whole manifest around the parts a test cares for. */
export function manifestOf({ file, opset, input, decoder, classes = [], thresholds }: ModelCase): ModelManifest {
  return parseManifest({
    format: 1,
    name: "under-test",
    version: "1.0.0",
    title: { zh: "被测模型", en: "model under test" },
    file: { name: file, bytes: 1_000, sha256: "0".repeat(64) },
    opset,
    inputs: [{ kind: "image", ...input }],
    decoder,
    classes: classes.map((id) => ({ id, zh: id, en: id })),
    thresholds,
    licence: { spdx: "Apache-2.0", holder: "its authors" },
    provenance: { origin: "imported", how: "third-party weights, for tests only" },
    grade: "unmeasured",
    resources: { memoryMiB: 100, cpuMsPerRun: 30, measuredOn: "not measured" },
  });
}

/** Opens third-party weights in ONNX Runtime on one thread. */
export async function openRealModel(one: ModelCase): Promise<RealModel> {
  const manifest = manifestOf(one);
  const bytes = readFileSync(sharedFile(`weights/${one.file}`));
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Errors only: some exports make the runtime warn once for every weight.
    logSeverityLevel: 3,
  });
  const reasons = checkSession(manifest, {
    header: readOnnxHeader(bytes),
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
  });
  const [input] = manifest.inputs;
  if (input?.kind !== "image") throw new Error("the case has no image input");
  const run: RealModel["run"] = async (image) => {
    const { tensor, placement } = await prepare(image, input);
    const { width, height } = input;
    const channels = channelCount(input);
    const dims = input.layout === "NCHW" ? [1, channels, height, width] : [1, height, width, channels];
    const outputs = await session.run({ [input.name]: new Tensor(input.dtype, tensor, dims) });
    return { outputs, placement };
  };
  return {
    manifest,
    reasons,
    run,
    look: async (image) => {
      const { outputs, placement } = await run(image);
      return decode(outputs, manifest, placement);
    },
    release: () => session.release(),
  };
}
