import { COCO_CLASSES } from "../import/coco-classes.ts";
import { PLATE_ALPHABET, VOC_CLASSES } from "./class-names.ts";
import type { ModelCase } from "./real-model.ts";

/** YOLOX-nano, 416 × 416. */
export const YOLOX_NANO: ModelCase = {
  file: "yolox-nano-416.onnx",
  opset: 11,
  input: {
    name: "images",
    layout: "NCHW",
    dtype: "float32",
    width: 416,
    height: 416,
    colourOrder: "BGR",
    resize: { mode: "letterbox", anchor: "top-left" },
  },
  decoder: { kind: "yolox", output: "output" },
  classes: COCO_CLASSES,
  thresholds: { score: 0.3, nmsIou: 0.45 },
};

/** NanoDet-m, 320 × 320. */
export const NANODET_M: ModelCase = {
  file: "nanodet-m-320.onnx",
  opset: 11,
  input: {
    name: "input.1",
    layout: "NCHW",
    dtype: "float32",
    width: 320,
    height: 320,
    colourOrder: "BGR",
    mean: [103.53, 116.28, 123.675],
    std: [57.375, 57.12, 58.395],
    resize: { mode: "letterbox", anchor: "top-left", padding: [0] },
  },
  decoder: {
    kind: "nanodet",
    anchor: "middle-pixel",
    heads: {
      form: "apart",
      levels: [8, 16, 32].map((stride) => ({
        stride,
        classes: `cls_pred_stride_${stride}`,
        distances: `dis_pred_stride_${stride}`,
      })),
    },
  },
  classes: COCO_CLASSES,
  thresholds: { score: 0.35, nmsIou: 0.6 },
};

const ultraface = { layout: "NCHW", dtype: "float32", colourOrder: "RGB", mean: [127], std: [128] };

/** UltraFace RFB, 320 × 240. */
export const ULTRAFACE: ModelCase = {
  file: "ultraface-rfb-320.onnx",
  opset: 9,
  input: { name: "input", width: 320, height: 240, ...ultraface, resize: { mode: "stretch" } },
  decoder: { kind: "ultraface", scores: "scores", boxes: "boxes" },
  classes: ["face"],
  thresholds: { score: 0.7, nmsIou: 0.3 },
};

/** UltraFace's descendant that tells masked faces, 640 × 480. */
export const MASKED_FACE: ModelCase = {
  ...ULTRAFACE,
  file: "masked-face-v2-rfb-640.onnx",
  input: { name: "input", width: 640, height: 480, ...ultraface, resize: { mode: "stretch" } },
  classes: ["face", "masked-face"],
};

/** YuNet of 2021-22, 160 × 120. */
export const YUNET: ModelCase = {
  file: "yunet-120x160.onnx",
  opset: 9,
  input: {
    name: "input",
    layout: "NCHW",
    dtype: "float32",
    width: 160,
    height: 120,
    colourOrder: "BGR",
    resize: { mode: "letterbox", anchor: "top-left", padding: [0] },
  },
  decoder: { kind: "yunet", form: { form: "priors", loc: "loc", conf: "conf", iou: "iou" } },
  classes: ["face"],
  thresholds: { score: 0.6, nmsIou: 0.3 },
};

/** LPRNet, 94 × 24: Chinese plates. */
export const LPRNET: ModelCase = {
  file: "lprnet.onnx",
  opset: 17,
  input: {
    name: "x",
    layout: "NCHW",
    dtype: "float32",
    width: 94,
    height: 24,
    colourOrder: "BGR",
    mean: [127.5],
    std: [128],
    resize: { mode: "stretch" },
  },
  decoder: {
    kind: "ctc",
    output: "logits",
    layout: "class-major",
    blank: "last",
    alphabet: PLATE_ALPHABET,
    steps: 18,
    activation: "softmax",
    maxLength: 8,
  },
  thresholds: { score: 0 },
};

/** DeepLab v3 on MobileNet, 257 × 257. */
export const DEEPLAB: ModelCase = {
  file: "deeplab-v3-voc-257.onnx",
  opset: 9,
  input: {
    name: "sub_7",
    layout: "NHWC",
    dtype: "float32",
    width: 257,
    height: 257,
    colourOrder: "RGB",
    mean: [127.5],
    std: [127.5],
    resize: { mode: "stretch" },
  },
  decoder: { kind: "mask", output: "ResizeBilinear_3", layout: "NHWC", width: 257, height: 257 },
  classes: VOC_CLASSES,
  thresholds: { score: 0 },
};

/** Road segmentation, 896 × 512. */
export const ROAD_SEGMENTATION: ModelCase = {
  file: "road-segmentation-adas-0001.onnx",
  opset: 11,
  input: {
    name: "data",
    layout: "NHWC",
    dtype: "float32",
    width: 896,
    height: 512,
    colourOrder: "BGR",
    resize: { mode: "stretch" },
  },
  decoder: { kind: "mask", output: "tf.identity", layout: "NHWC", width: 896, height: 512 },
  classes: ["background", "road", "kerb", "mark"],
  thresholds: { score: 0 },
};

/** Person appearance, 128 × 256. */
export const PERSON_REID: ModelCase = {
  file: "person-reid-0288.onnx",
  opset: 12,
  input: {
    name: "inputs:0",
    layout: "NHWC",
    dtype: "float32",
    width: 128,
    height: 256,
    colourOrder: "BGR",
    resize: { mode: "stretch" },
  },
  decoder: { kind: "embedding", output: "Identity:0", dimensions: 256 },
  thresholds: { score: 0 },
};
