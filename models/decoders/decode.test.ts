import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ModelError } from "../errors.ts";
import type { ModelManifest } from "../manifest.ts";
import { expectedOutputs } from "../manifest/outputs.ts";
import { planPlacement } from "../preprocess/placement.ts";
import { manifestOf } from "../testing/real-model.ts";
import { decode } from "./decode.ts";
import type { Outputs } from "./tensor.ts";

const INPUT = { width: 32, height: 64 };
const level = (stride: number) => ({
  stride,
  cls: `c${stride}`,
  obj: `o${stride}`,
  bbox: `b${stride}`,
  kps: `k${stride}`,
});

/** One decoder of every kind and form. */
const DECODERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  yolox: { kind: "yolox", output: "out" },
  "yolox, grid applied": { kind: "yolox", output: "out", isGridApplied: true },
  "nanodet, joined": {
    kind: "nanodet",
    anchor: "corner",
    bins: 4,
    heads: { form: "joined", output: "out", strides: [8, 16] },
  },
  "nanodet, apart": {
    kind: "nanodet",
    anchor: "middle",
    activation: "sigmoid",
    heads: { form: "apart", levels: [{ stride: 8, classes: "c", distances: "d" }] },
  },
  yolov8: { kind: "yolov8", output: "out" },
  yolov5: { kind: "yolov5", output: "out" },
  "detr, listed": { kind: "detr", form: { form: "listed", labels: "l", boxes: "b", scores: "s" } },
  "detr, raw": { kind: "detr", form: { form: "raw", logits: "l", boxes: "b" } },
  ultraface: { kind: "ultraface", scores: "s", boxes: "b" },
  "yunet, priors": { kind: "yunet", form: { form: "priors", loc: "l", conf: "c", iou: "i" } },
  "yunet, strides": { kind: "yunet", form: { form: "strides", levels: [level(8), level(16)] } },
  ssd: { kind: "ssd", boxes: "b", scores: "s", classes: "c", count: "n", firstClass: 0 },
  ctc: {
    kind: "ctc",
    output: "out",
    layout: "time-major",
    blank: "first",
    alphabet: ["A", "B"],
    steps: 5,
    activation: "softmax",
    maxLength: 5,
  },
  classifier: { kind: "classifier", output: "out", activation: "softmax" },
  mask: { kind: "mask", output: "out", layout: "NCHW", width: 8, height: 16 },
  embedding: { kind: "embedding", output: "out", dimensions: 8 },
};

function manifestFor(decoder: Readonly<Record<string, unknown>>): ModelManifest {
  const hasClasses = decoder["kind"] !== "ctc" && decoder["kind"] !== "embedding";
  return manifestOf({
    file: "fuzz.onnx",
    opset: 13,
    input: {
      name: "in",
      layout: "NCHW",
      dtype: "float32",
      ...INPUT,
      colourOrder: "RGB",
      resize: { mode: "letterbox", anchor: "centre" },
    },
    decoder,
    classes: hasClasses ? (decoder["kind"] === "yunet" ? ["face"] : ["person", "car"]) : [],
    thresholds: { score: 0.1, maxCandidates: 50, maxDetections: 20 },
  });
}

/** Tensors of the right names and shapes with arbitrary numbers in them; 20 where a length is open. */
function outputsFor(manifest: ModelManifest, values: fc.Arbitrary<number>): fc.Arbitrary<Outputs> {
  const shape = { ...INPUT, classCount: manifest.classes.length };
  const tensors = expectedOutputs(manifest.decoder, shape).map(({ name, dims, dtypes }) => {
    const whole = dims.map((dim) => dim ?? 20);
    const length = whole.reduce((product, dim) => product * dim, 1);
    const numbers = dtypes.includes("int64") ? fc.integer({ min: 0, max: 20 }) : values;
    return fc.array(numbers, { minLength: Math.min(length, 40), maxLength: 40 }).map((some) => {
      // A short list repeated with a shift fills large tensors without large inputs.
      const data = Float32Array.from({ length }, (_, index) => some[(index * 7) % some.length] ?? 0);
      return [name, { dims: whole, data }] as const;
    });
  });
  return fc.tuple(...tensors).map((entries) => Object.fromEntries(entries));
}

const SOURCE = { width: 640, height: 360 };

describe.each(Object.entries(DECODERS))("%s", (_, decoder) => {
  const manifest = manifestFor(decoder);
  const [input] = manifest.inputs;
  const placement = planPlacement(SOURCE, input?.kind === "image" ? input : { ...INPUT, resize: { mode: "stretch" } });

  it("holds on any finite numbers, and what it finds lies in the picture", () => {
    const values = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(outputsFor(manifest, values), (outputs) => {
        const found = decoded(outputs, manifest, placement);
        if (found?.kind !== "detections") return;
        expect(found.detections.length).toBeLessThanOrEqual(20);
        for (const { box, score, classIndex } of found.detections) {
          expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= SOURCE.width && box.y2 <= SOURCE.height).toBe(true);
          expect(box.x2 > box.x1 && box.y2 > box.y1).toBe(true);
          expect(score >= 0.1 && score <= 1).toBe(true);
          expect(manifest.classes[classIndex]).toBeDefined();
        }
      }),
      { numRuns: 200 },
    );
  });

  it("refuses NaN and infinities in each of its float tensors", () => {
    const shape = { ...INPUT, classCount: manifest.classes.length };
    for (const { name } of expectedOutputs(manifest.decoder, shape)) {
      const [outputs = {}] = fc.sample(outputsFor(manifest, fc.constant(0.5)), 1);
      const tensor = outputs[name];
      const data = Float32Array.from(tensor?.data instanceof Float32Array ? tensor.data : []);
      data[data.length - 1] = Number.NEGATIVE_INFINITY;
      const broken = { ...outputs, [name]: { dims: tensor?.dims ?? [], data } };
      expect(() => decode(broken, manifest, placement)).toThrow(expect.objectContaining({ code: "models/not-finite" }));
    }
  });

  it("refuses a run without outputs", () => {
    expect(() => decode({}, manifest, placement)).toThrow(expect.objectContaining({ code: "models/bad-tensor" }));
  });
});

/** Decodes; undefined where the decoder refused with its own error, which an embedding of zeros or a wild count may be. */
function decoded(...args: Parameters<typeof decode>): ReturnType<typeof decode> | undefined {
  try {
    return decode(...args);
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
