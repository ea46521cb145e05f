import { unreachable } from "@outpost/kernel/never.ts";

import { cellCount } from "../decoders/grid/cells.ts";
import { priorCount } from "../decoders/priors/yunet-priors.ts";
import type { Decoder } from "./decoder.ts";

/** One tensor a decoder reads. `undefined` stands for a length that only the run tells. */
export interface ExpectedOutput {
  readonly name: string;
  readonly dims: readonly (number | undefined)[];
  /** The types the decoder can read. */
  readonly dtypes: readonly string[];
}

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly classCount: number;
}

const FLOATS = ["float32"];
const WHOLE = ["int64", "int32", "float32"];

const floats = (name: string, ...dims: readonly (number | undefined)[]): ExpectedOutput => ({
  name,
  dims,
  dtypes: FLOATS,
});

/** The names of the tensors a decoder reads, in its own order. */
export function outputNames(decoder: Decoder): readonly string[] {
  // Names do not depend on the shape: any will do.
  return expectedOutputs(decoder, { width: 64, height: 64, classCount: 1 }).map((output) => output.name);
}

/**
 * What a decoder expects of the session's outputs.
 *
 * @param shape  the input's width and height in pixels and the number of classes.
 */
export function expectedOutputs(decoder: Decoder, shape: Shape): readonly ExpectedOutput[] {
  const cells = (strides: readonly number[]): number => cellCount(shape, strides);
  const { classCount } = shape;
  switch (decoder.kind) {
    case "yolox":
      return [floats(decoder.output, 1, cells(decoder.strides), 5 + classCount)];
    case "nanodet":
      return nanodetOutputs(decoder, shape);
    case "yolov8":
      return [floats(decoder.output, 1, 4 + classCount, undefined)];
    case "yolov5":
      return [floats(decoder.output, 1, undefined, 5 + classCount)];
    case "detr":
      return detrOutputs(decoder, classCount);
    case "ultraface":
      return [floats(decoder.scores, 1, undefined, 1 + classCount), floats(decoder.boxes, 1, undefined, 4)];
    case "yunet":
      return yunetOutputs(decoder, shape);
    case "ssd":
      return [
        floats(decoder.boxes, 1, undefined, 4),
        floats(decoder.scores, 1, undefined),
        { name: decoder.classes, dims: [1, undefined], dtypes: WHOLE },
        { name: decoder.count, dims: [1], dtypes: WHOLE },
      ];
    case "ctc": {
      const channels = decoder.alphabet.length + 1;
      const dims = decoder.layout === "class-major" ? [1, channels, decoder.steps] : [1, decoder.steps, channels];
      return [floats(decoder.output, ...dims)];
    }
    case "classifier":
      return [floats(decoder.output, 1, classCount)];
    case "mask": {
      const { width, height } = decoder;
      const dims = decoder.layout === "NCHW" ? [1, classCount, height, width] : [1, height, width, classCount];
      return [floats(decoder.output, ...dims)];
    }
    case "embedding":
      return [floats(decoder.output, 1, decoder.dimensions)];
    default:
      return unreachable(decoder);
  }
}

function nanodetOutputs({ heads, bins }: Extract<Decoder, { kind: "nanodet" }>, shape: Shape): ExpectedOutput[] {
  if (heads.form === "joined") {
    return [floats(heads.output, 1, cellCount(shape, heads.strides), shape.classCount + 4 * bins)];
  }
  return heads.levels.flatMap(({ stride, classes, distances }) => {
    const count = cellCount(shape, [stride]);
    return [floats(classes, 1, count, shape.classCount), floats(distances, 1, count, 4 * bins)];
  });
}

function detrOutputs({ form }: Extract<Decoder, { kind: "detr" }>, classCount: number): ExpectedOutput[] {
  if (form.form === "raw") {
    return [floats(form.logits, 1, undefined, classCount), floats(form.boxes, 1, undefined, 4)];
  }
  return [
    { name: form.labels, dims: [1, undefined], dtypes: WHOLE },
    floats(form.boxes, 1, undefined, 4),
    floats(form.scores, 1, undefined),
  ];
}

function yunetOutputs({ form }: Extract<Decoder, { kind: "yunet" }>, shape: Shape): ExpectedOutput[] {
  if (form.form === "priors") {
    const count = priorCount(shape);
    return [floats(form.loc, count, 14), floats(form.conf, count, 2), floats(form.iou, count, 1)];
  }
  return form.levels.flatMap(({ stride, cls, obj, bbox, kps }) => {
    const count = cellCount(shape, [stride]);
    return [floats(cls, 1, count, 1), floats(obj, 1, count, 1), floats(bbox, 1, count, 4), floats(kps, 1, count, 10)];
  });
}
