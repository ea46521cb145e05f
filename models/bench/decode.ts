/**
 * Measures what a frame costs besides the model: filling the tensor, decoding with suppression, tracking.
 *
 * Usage: sh .toolchain/node.sh models/bench/decode.ts [--rounds N]
 *
 * Prints one JSON object. Times are the median and the least of all rounds, in microseconds: the least is the machine's
 * own cost, the median what it is with everything else that runs on it.
 */
import { parseArgs } from "node:util";

import { decodeNanodet } from "../decoders/grid/nanodet.ts";
import { decodeYolov8 } from "../decoders/grid/yolov8.ts";
import { decodeYolox } from "../decoders/grid/yolox.ts";
import { decodeUltraface } from "../decoders/priors/ultraface.ts";
import { decodeMask } from "../decoders/whole-image/mask.ts";
import { imageInput, type ImageInput } from "../manifest/input.ts";
import { emptyTensor, fillTensor, type RgbImage } from "../preprocess/fill-tensor.ts";
import { planPlacement } from "../preprocess/placement.ts";
import { resampleRgb } from "../preprocess/resample.ts";
import { DEFAULT_TRACKER, EMPTY_TRACKER, stepTracker } from "../tracking/byte-tracker.ts";
import {
  crowdDetections,
  CLASS_IDS,
  detectorContext,
  nanodetOutputs,
  noisyMask,
  OBJECTS,
  ultrafaceOutputs,
  yolov8Outputs,
  yoloxOutputs,
} from "./bench-frames.ts";

interface Timing {
  readonly medianUs: number;
  readonly leastUs: number;
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const rounds = Math.min(10_000, Math.max(10, Number.parseInt(values.rounds, 10) || 0));

function time(run: () => void): Timing {
  for (let round = 0; round < rounds / 4; round += 1) run();
  const timesUs = Array.from({ length: rounds }, () => {
    const began = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - began) / 1_000;
  }).toSorted((a, b) => a - b);
  return { medianUs: tenths(timesUs[Math.floor(rounds / 2)]), leastUs: tenths(timesUs[0]) };
}

function tenths(us: number | undefined): number {
  return Math.round((us ?? 0) * 10) / 10;
}

function noise(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7_919) % 251) };
}

function inputOf(side: number, more: Readonly<Record<string, unknown>>): ImageInput {
  return imageInput.parse({
    kind: "image",
    name: "in",
    layout: "NCHW",
    dtype: "float32",
    width: side,
    height: side,
    colourOrder: "BGR",
    resize: { mode: "letterbox", anchor: "top-left" },
    ...more,
  });
}

/** Filling one tensor from a picture of 16:9, and how many bytes of tensor a second that is. */
function fill(side: number, more: Readonly<Record<string, unknown>>): Timing & { readonly tensorGBPerS: number } {
  const input = inputOf(side, more);
  const placement = planPlacement({ width: 1_920, height: 1_080 }, input);
  const image = noise(placement.scaled.width, placement.scaled.height);
  const tensor = emptyTensor(input);
  const timing = time(() => fillTensor(tensor, image, input, placement));
  return { ...timing, tensorGBPerS: Math.round((tensor.byteLength / timing.leastUs) * 0.1) / 100 };
}

const imagenet = { mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] };
const frame = noise(640, 360);
const yolox = { kind: "yolox", output: "out", strides: [8, 16, 32], isGridApplied: false } as const;
const nanodet = {
  kind: "nanodet",
  heads: { form: "joined", output: "out", strides: [8, 16, 32] },
  bins: 8,
  anchor: "corner",
  activation: "none",
} as const;
const mask = { kind: "mask", output: "out", layout: "NHWC", width: 257, height: 257, activation: "none" } as const;

const tensors = {
  yolox: yoloxOutputs(416),
  nanodet: nanodetOutputs(416),
  yolov8: yolov8Outputs(640),
  ultraface: ultrafaceOutputs(),
  mask: noisyMask(257, 21),
};
const context = detectorContext(416);
const maskContext = { placement: context.placement, classCount: 21, score: 0.5 };

let tracker = EMPTY_TRACKER;
let atS = 0;
function track(count: number): void {
  atS += 0.1;
  const step = stepTracker(tracker, crowdDetections(count, atS), atS, DEFAULT_TRACKER);
  if (step.kind === "stepped") tracker = step.state;
}

const report = {
  node: process.version,
  rounds,
  objects: OBJECTS,
  fill: {
    "416 float32 BGR": fill(416, {}),
    "416 float32 BGR, mean and std": fill(416, imagenet),
    "640 float32 BGR": fill(640, {}),
    "416 uint8 NHWC BGR": fill(416, { dtype: "uint8", layout: "NHWC" }),
    "416 uint8 NHWC RGB": fill(416, { dtype: "uint8", layout: "NHWC", colourOrder: "RGB" }),
  },
  resample: {
    "640 × 360 to 416 × 234": time(() => {
      resampleRgb(frame, { x: 0, y: 0, width: 640, height: 360 }, { width: 416, height: 234 });
    }),
    "a plate, 120 × 40 to 94 × 24": time(() => {
      resampleRgb(frame, { x: 50, y: 50, width: 120, height: 40 }, { width: 94, height: 24 });
    }),
  },
  decode: {
    "yolox 416, 80 classes": time(() => {
      decodeYolox(tensors.yolox, yolox, context);
    }),
    "nanodet 416, 80 classes": time(() => {
      decodeNanodet(tensors.nanodet, nanodet, context);
    }),
    "yolov8 640, 80 classes": time(() => {
      decodeYolov8(tensors.yolov8, { kind: "yolov8", output: "out" }, detectorContext(640));
    }),
    "ultraface 320 × 240": time(() => {
      const faces = { ...context, classIds: CLASS_IDS.slice(0, 1) };
      decodeUltraface(tensors.ultraface, { kind: "ultraface", scores: "scores", boxes: "boxes" }, faces);
    }),
    "mask 257 × 257, 21 classes": time(() => {
      decodeMask(tensors.mask, mask, maskContext);
    }),
  },
  track: {
    "20 things": time(() => track(20)),
    "150 things": time(() => track(150)),
  },
};
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
