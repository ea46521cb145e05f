import { asError } from "@outpost/kernel/thrown.ts";
import { InferenceSession, Tensor } from "onnxruntime-node";

import { decode, type Decoded } from "../decoders/decode.ts";
import { ModelError } from "../errors.ts";
import type { ModelManifest } from "../manifest.ts";
import { channelCount, type ImageInput } from "../manifest/input.ts";
import { checkSession } from "../onnx/check-session.ts";
import { readOnnxHeader } from "../onnx/model-file.ts";
import { emptyTensor, fillTensor, type RgbImage } from "../preprocess/fill-tensor.ts";
import { planPlacement, type Placement, type Size } from "../preprocess/placement.ts";
import { readWeights, type ModelPackage } from "./package-files.ts";
import { decodeScaled } from "./picture.ts";

/** A model in memory, ready to look at pictures. One look at a time: its input tensor is filled anew for each. */
export interface RunningModel extends AsyncDisposable {
  readonly manifest: ModelManifest;
  readonly input: ImageInput;
  /**
   * Looks at a JPEG.
   *
   * @param size  its width and height in pixels; boxes come in these.
   * @throws ModelError `models/bad-picture`; `models/bad-tensor`, `models/not-finite`, `models/unrunnable`: the answer is
   *   thrown away.
   */
  look(jpeg: Uint8Array, size: Size): Promise<Decoded>;
  /** Looks at a picture that has been scaled as its placement says. @throws as `look`. */
  lookAt(image: RgbImage, placement: Placement): Promise<Decoded>;
}

const MAX_PLACEMENTS = 64;

/**
 * Opens a package in ONNX Runtime, on the one thread of this process: with more, the runtime's threads spin and take
 * other processes' cores.
 *
 * @throws ModelError `models/wrong-file`, `models/bad-onnx-file`, `models/unrunnable`, `models/does-not-fit`.
 */
export async function openModel(opened: ModelPackage): Promise<RunningModel> {
  const { manifest } = opened;
  const bytes = await readWeights(opened);
  const header = readOnnxHeader(bytes);
  const session = await createSession(bytes);
  const reasons = checkSession(manifest, { header, inputs: session.inputMetadata, outputs: session.outputMetadata });
  if (reasons.length > 0) {
    await session.release();
    throw new ModelError("models/does-not-fit", reasons.join("; ").slice(0, 2_000));
  }
  return new OpenedModel(manifest, session);
}

async function createSession(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // Errors only: some exports make the runtime warn once for every weight.
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw unrunnable(error);
  }
}

class OpenedModel implements RunningModel {
  readonly manifest: ModelManifest;
  readonly input: ImageInput;
  readonly #session: InferenceSession;
  readonly #pixels: Float32Array | Uint8Array;
  readonly #feeds: Record<string, Tensor>;
  readonly #placements = new Map<string, Placement>();

  constructor(manifest: ModelManifest, session: InferenceSession) {
    this.manifest = manifest;
    this.#session = session;
    const input = manifest.inputs.find((one) => one.kind === "image");
    if (input === undefined) throw new ModelError("models/does-not-fit", "the manifest has no image input");
    this.input = input;
    this.#pixels = emptyTensor(input);
    this.#feeds = feedsOf(manifest, input, this.#pixels);
  }

  async look(jpeg: Uint8Array, size: Size): Promise<Decoded> {
    const placement = this.#placementOf(size);
    return await this.lookAt(await decodeScaled(jpeg, placement, this.input.filter), placement);
  }

  async lookAt(image: RgbImage, placement: Placement): Promise<Decoded> {
    fillTensor(this.#pixels, image, this.input, placement);
    const outputs = await this.#session.run(this.#feeds).catch((error: unknown) => {
      throw unrunnable(error);
    });
    return decode(outputs, this.manifest, placement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }

  #placementOf(size: Size): Placement {
    const key = `${size.width}x${size.height}`;
    const known = this.#placements.get(key);
    if (known !== undefined) return known;
    const placement = planPlacement(size, this.input);
    if (this.#placements.size >= MAX_PLACEMENTS) this.#placements.clear();
    this.#placements.set(key, placement);
    return placement;
  }
}

function feedsOf(
  { inputs }: ModelManifest,
  { width, height }: ImageInput,
  pixels: Float32Array | Uint8Array,
): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map((one) => {
      if (one.kind === "input-size") {
        return [one.name, new Tensor("int64", BigInt64Array.of(BigInt(width), BigInt(height)), [1, 2])];
      }
      const channels = channelCount(one);
      const dims = one.layout === "NCHW" ? [1, channels, height, width] : [1, height, width, channels];
      return [one.name, new Tensor(one.dtype, pixels, dims)];
    }),
  );
}

function unrunnable(error: unknown): ModelError {
  const reason = asError(error).message.replaceAll(/\s+/g, " ").slice(0, 500);
  return new ModelError("models/unrunnable", `the runtime refuses the model: ${reason}`, { cause: error });
}
