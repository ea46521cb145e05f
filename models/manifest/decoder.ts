import { z } from "zod";

import type { Immutable } from "./immutable.ts";

const tensorName = z.string().min(1).max(200);
const stride = z.int().min(1).max(256);
const strides = z.array(stride).min(1).max(6);
const activation = z.enum(["none", "sigmoid", "softmax"]);

/** YOLOX: [1, N, 5 + C]. `isGridApplied` for exports made with the decoding inside. */
export const yolox = z.strictObject({
  kind: z.literal("yolox"),
  output: tensorName,
  strides: strides.default([8, 16, 32]),
  isGridApplied: z.boolean().default(false),
});

/**
 * NanoDet and PicoDet: the box sides are distributions over `bins` distances, in strides. Heads apart, one a stride
 * ([1, n, C] and [1, n, 4 × bins]), or all joined in one [1, N, C + 4 × bins].
 */
export const nanodet = z.strictObject({
  kind: z.literal("nanodet"),
  heads: z.discriminatedUnion("form", [
    z.strictObject({
      form: z.literal("apart"),
      levels: z
        .array(z.strictObject({ stride, classes: tensorName, distances: tensorName }))
        .min(1)
        .max(6),
    }),
    z.strictObject({ form: z.literal("joined"), output: tensorName, strides }),
  ]),
  bins: z.int().min(2).max(64).default(8),
  /** Where in its cell an anchor stands: (stride − 1) ÷ 2 (NanoDet-m), 0 (NanoDet-Plus) or stride ÷ 2 (PicoDet). */
  anchor: z.enum(["middle-pixel", "corner", "middle"]),
  /** Whether class scores left the graph as logits. */
  activation: z.enum(["none", "sigmoid"]).default("none"),
});

/** YOLOv8, 11 and 12: [1, 4 + C, N], channel-major, no objectness. */
export const yolov8 = z.strictObject({ kind: z.literal("yolov8"), output: tensorName });

/** YOLOv5: [1, N, 5 + C], boxes in input pixels. */
export const yolov5 = z.strictObject({ kind: z.literal("yolov5"), output: tensorName });

/** RT-DETR, D-FINE and DEIM. `listed` exports carry the post-processing, `raw` ones do not. No suppression. */
export const detr = z.strictObject({
  kind: z.literal("detr"),
  form: z.discriminatedUnion("form", [
    z.strictObject({ form: z.literal("listed"), labels: tensorName, boxes: tensorName, scores: tensorName }),
    z.strictObject({ form: z.literal("raw"), logits: tensorName, boxes: tensorName }),
  ]),
});

/** UltraFace: [1, N, 1 + C] softmaxed, background first, and [1, N, 4], corners as shares of the input. */
export const ultraface = z.strictObject({ kind: z.literal("ultraface"), scores: tensorName, boxes: tensorName });

/** YuNet, as published in 2021-22 (one list of priors) and since 2023 (tensors by stride). One class. */
export const yunet = z.strictObject({
  kind: z.literal("yunet"),
  form: z.discriminatedUnion("form", [
    z.strictObject({ form: z.literal("priors"), loc: tensorName, conf: tensorName, iou: tensorName }),
    z.strictObject({
      form: z.literal("strides"),
      levels: z
        .array(z.strictObject({ stride, cls: tensorName, obj: tensorName, bbox: tensorName, kps: tensorName }))
        .min(1)
        .max(6),
    }),
  ]),
});

/** TensorFlow's detection post-processing: boxes [1, n, 4], scores [1, n], classes [1, n], count [1]. */
export const ssd = z.strictObject({
  kind: z.literal("ssd"),
  boxes: tensorName,
  scores: tensorName,
  classes: tensorName,
  count: tensorName,
  /** What the first class is called in the tensor: 1 in TensorFlow's own label maps, 0 in TensorFlow Lite's. */
  firstClass: z.int().min(0).max(1),
});

/** A line of text, one step after another: greedy CTC. Layouts [1, C, T] (class-major) or [1, T, C] (time-major). */
export const ctc = z.strictObject({
  kind: z.literal("ctc"),
  output: tensorName,
  layout: z.enum(["class-major", "time-major"]),
  blank: z.enum(["first", "last"]),
  /** The characters in channel order, without the blank. */
  alphabet: z.array(z.string().min(1).max(4)).min(1).max(10_000),
  steps: z.int().min(1).max(1_024),
  activation: z.enum(["none", "softmax"]),
  minLength: z.int().min(0).max(128).default(1),
  maxLength: z.int().min(1).max(128),
});

/** One label for the whole picture: [1, C]. `sigmoid` judges every class apart, `none` where the graph did it. */
export const classifier = z.strictObject({ kind: z.literal("classifier"), output: tensorName, activation });

/** A class for every pixel: [1, C, H, W] or [1, H, W, C]. With one channel the pixel is set where it passes `score`. */
export const mask = z.strictObject({
  kind: z.literal("mask"),
  output: tensorName,
  layout: z.enum(["NCHW", "NHWC"]),
  width: z.int().min(1).max(2_048),
  height: z.int().min(1).max(2_048),
  /** How one channel becomes a share; with more the largest wins and it does not matter. */
  activation: z.enum(["none", "sigmoid"]).default("none"),
});

/** An appearance vector: [1, D]; its length is made 1. */
export const embedding = z.strictObject({
  kind: z.literal("embedding"),
  output: tensorName,
  dimensions: z.int().min(2).max(4_096),
});

/** How a model's output tensors become detections, readings, labels, masks or vectors. */
export const decoder = z.discriminatedUnion("kind", [
  yolox,
  nanodet,
  yolov8,
  yolov5,
  detr,
  ultraface,
  yunet,
  ssd,
  ctc,
  classifier,
  mask,
  embedding,
]);
export type Decoder = Immutable<z.infer<typeof decoder>>;
export type DecoderKind = Decoder["kind"];
export type DecoderOf<Kind extends DecoderKind> = Extract<Decoder, { kind: Kind }>;
