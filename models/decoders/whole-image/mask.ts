import type { DecoderOf } from "../../manifest/decoder.ts";
import { toInput, type Placement, type Point } from "../../preprocess/placement.ts";
import { sigmoid } from "../grid/best-class.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/** The label of a pixel that belongs to no class. */
export const NO_CLASS = 255;

/** A class for every pixel of the model's answer, and how that answer lies over the source picture. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** height × width class indexes, row-major; `NO_CLASS` where there is none. */
  readonly labels: Uint8Array;
  readonly placement: Placement;
}

interface MaskContext {
  readonly placement: Placement;
  readonly classCount: number;
  /** From what share on the only channel's pixel is set, 0 to 1. */
  readonly score: number;
}

/**
 * Gives every pixel its class.
 *
 * @param outputs  float32 [1, C, H, W] (NCHW) or [1, H, W, C] (NHWC). With several channels the largest wins, of equal
 *   ones the first; with one the pixel is of class 0 where its share reaches `score`, otherwise of none.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeMask(
  outputs: Outputs,
  { output, layout, width, height, activation }: DecoderOf<"mask">,
  { placement, classCount, score }: MaskContext,
): Mask {
  const isPlanar = layout === "NCHW";
  const { data } = floatTensor(
    outputs,
    output,
    isPlanar ? [1, classCount, height, width] : [1, height, width, classCount],
  );
  const pixels = width * height;
  const labels = new Uint8Array(pixels);
  if (classCount === 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const value = data[pixel] ?? 0;
      labels[pixel] = (activation === "sigmoid" ? sigmoid(value) : value) >= score ? 0 : NO_CLASS;
    }
  } else if (isPlanar) {
    labelPlanes(data, labels, classCount);
  } else {
    labelPixels(data, labels, classCount);
  }
  return { width, height, labels, placement };
}

function labelPixels(data: Float32Array, labels: Uint8Array, classCount: number): void {
  let at = 0;
  for (let pixel = 0; pixel < labels.length; pixel += 1) {
    let largest = data[at] ?? 0;
    let label = 0;
    for (let one = 1; one < classCount; one += 1) {
      const value = data[at + one] ?? 0;
      if (value > largest) {
        largest = value;
        label = one;
      }
    }
    labels[pixel] = label;
    at += classCount;
  }
}

/** Plane by plane, as the tensor lies in memory. */
function labelPlanes(data: Float32Array, labels: Uint8Array, classCount: number): void {
  const pixels = labels.length;
  const largest = data.slice(0, pixels);
  for (let one = 1; one < classCount; one += 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const value = data[one * pixels + pixel] ?? 0;
      if (value > (largest[pixel] ?? 0)) {
        largest[pixel] = value;
        labels[pixel] = one;
      }
    }
  }
}

/** The class at a point of the source picture; `NO_CLASS` outside what the model saw. */
export function maskAt({ width, height, labels, placement }: Mask, point: Point): number {
  const { input, scaled } = placement;
  const { x, y } = toInput(placement, point);
  if (x < scaled.x || y < scaled.y || x >= scaled.x + scaled.width || y >= scaled.y + scaled.height) return NO_CLASS;
  const column = Math.floor((x * width) / input.width);
  const row = Math.floor((y * height) / input.height);
  return labels[row * width + column] ?? NO_CLASS;
}

/**
 * The mask over the source picture, pixel for pixel, scaled to `width` × `height`.
 *
 * @returns height × width class indexes of the nearest answers, row-major.
 */
export function maskInSource(
  mask: Mask,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const { source } = mask.placement;
  const labels = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const y = ((row + 0.5) * source.height) / height;
    for (let column = 0; column < width; column += 1) {
      labels[row * width + column] = maskAt(mask, { x: ((column + 0.5) * source.width) / width, y });
    }
  }
  return labels;
}

/**
 * How much of an area one class covers, 0 to 1, by the pixels whose middles lie in it.
 *
 * @param isInside  whether a point of the source picture belongs to the area.
 * @returns         undefined where none of the mask's pixels lies in the area.
 */
export function classShare(
  { width, height, labels, placement }: Mask,
  classIndex: number,
  isInside: (point: Point) => boolean,
): number | undefined {
  const { input, scaled, part } = placement;
  let inside = 0;
  let covered = 0;
  for (let row = 0; row < height; row += 1) {
    const inputY = ((row + 0.5) * input.height) / height - scaled.y;
    if (inputY < 0 || inputY >= scaled.height) continue;
    const y = part.y + (inputY * part.height) / scaled.height;
    for (let column = 0; column < width; column += 1) {
      const inputX = ((column + 0.5) * input.width) / width - scaled.x;
      if (inputX < 0 || inputX >= scaled.width) continue;
      const x = part.x + (inputX * part.width) / scaled.width;
      if (!isInside({ x, y })) continue;
      inside += 1;
      if (labels[row * width + column] === classIndex) covered += 1;
    }
  }
  return inside === 0 ? undefined : covered / inside;
}
