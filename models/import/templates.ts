import { COCO_CLASSES } from "./coco-classes.ts";

/** What an ONNX file says of its own inputs and outputs. */
export interface FileShape {
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[]; readonly type: string };
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
}

/** How the published code of a family feeds and reads its models: the parts of a manifest that follow from the decoder. */
export interface Template {
  readonly input: Readonly<Record<string, unknown>>;
  readonly decoder: Readonly<Record<string, unknown>>;
  readonly thresholds: Readonly<Record<string, unknown>>;
  /** Where nobody says otherwise. */
  readonly classes: readonly string[];
}

const topLeft = { mode: "letterbox", anchor: "top-left" };
const centred = { mode: "letterbox", anchor: "centre" };
const bgrMeans = { mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] };
const detector = { score: 0.3, nmsIou: 0.5 };

/** The families that can be imported by name alone. The others take a whole manifest. */
export const TEMPLATES: Readonly<Record<string, (file: FileShape) => Template>> = {
  yolox: ({ outputs: [output] }) => ({
    input: { colourOrder: "BGR", resize: topLeft },
    decoder: { kind: "yolox", output },
    thresholds: { score: 0.3, nmsIou: 0.45 },
    classes: COCO_CLASSES,
  }),
  "nanodet-m": ({ outputs }) => ({
    input: { colourOrder: "BGR", ...bgrMeans, resize: { ...topLeft, padding: [0] } },
    decoder: {
      kind: "nanodet",
      anchor: "middle-pixel",
      heads: {
        form: "apart",
        levels: [8, 16, 32].map((stride) => ({
          stride,
          classes: outputs.find((name) => name.includes("cls") && name.endsWith(`_${stride}`)) ?? "",
          distances: outputs.find((name) => name.includes("dis") && name.endsWith(`_${stride}`)) ?? "",
        })),
      },
    },
    thresholds: { score: 0.35, nmsIou: 0.6 },
    classes: COCO_CLASSES,
  }),
  "nanodet-plus": ({ outputs: [output] }) => ({
    input: { colourOrder: "BGR", ...bgrMeans, resize: { ...topLeft, padding: [0] } },
    decoder: {
      kind: "nanodet",
      anchor: "corner",
      heads: { form: "joined", output, strides: [8, 16, 32, 64] },
    },
    thresholds: { score: 0.35, nmsIou: 0.6 },
    classes: COCO_CLASSES,
  }),
  yolov8: ({ outputs: [output] }) => ({
    input: { colourOrder: "RGB", scale: 1 / 255, resize: centred },
    decoder: { kind: "yolov8", output },
    thresholds: detector,
    classes: COCO_CLASSES,
  }),
  yolov5: ({ outputs: [output] }) => ({
    input: { colourOrder: "RGB", scale: 1 / 255, resize: centred },
    decoder: { kind: "yolov5", output },
    thresholds: detector,
    classes: COCO_CLASSES,
  }),
  detr: ({ outputs }) => ({
    input: { colourOrder: "RGB", scale: 1 / 255, resize: { mode: "stretch" } },
    decoder: { kind: "detr", form: detrForm(outputs) },
    thresholds: { score: 0.5 },
    classes: COCO_CLASSES,
  }),
  ultraface: ({ outputs }) => ({
    input: { colourOrder: "RGB", mean: [127], std: [128], resize: { mode: "stretch" } },
    decoder: { kind: "ultraface", scores: outputs[0] ?? "", boxes: outputs[1] ?? "" },
    thresholds: { score: 0.7, nmsIou: 0.3 },
    classes: ["face"],
  }),
  ssd: () => ({
    input: { colourOrder: "RGB", resize: { mode: "stretch" } },
    decoder: {
      kind: "ssd",
      boxes: "detection_boxes",
      scores: "detection_scores",
      classes: "detection_classes",
      count: "num_detections",
      firstClass: 1,
    },
    thresholds: { score: 0.4 },
    classes: COCO_CLASSES,
  }),
};

function detrForm(outputs: readonly string[]): Readonly<Record<string, string>> {
  if (outputs.includes("labels")) return { form: "listed", labels: "labels", boxes: "boxes", scores: "scores" };
  const boxes = outputs.find((name) => name.includes("box")) ?? "boxes";
  return { form: "raw", logits: outputs.find((name) => name !== boxes) ?? "logits", boxes };
}
