import { ModelError } from "../errors.ts";
import type { RgbImage } from "./fill-tensor.ts";
import { MAX_IMAGE_SIDE_PX, type Size } from "./placement.ts";

/** A rectangle in whole pixels within a picture. */
export interface Part extends Size {
  readonly x: number;
  readonly y: number;
}

/** For each target pixel: where its window begins and the weights of the source pixels in it, which sum to 1. */
interface Windows {
  readonly begins: Int32Array;
  readonly weights: Float32Array;
  readonly span: number;
}

/**
 * Scales a part of a picture with a triangle filter that widens as the picture shrinks, so that a small copy does not
 * flicker. Pixel centres lie at half numbers, edges repeat. For crops out of a frame that is in memory already.
 *
 * @param part  within the picture.
 * @returns     RGB of `target` size.
 * @throws ModelError `models/bad-image` where the part leaves the picture or a size is not 1 to 16384 whole pixels.
 */
export function resampleRgb(image: RgbImage, part: Part, target: Size): RgbImage {
  refuseBadPart(image, part, target);
  const across = windows(part.width, target.width);
  const down = windows(part.height, target.height);
  const narrow = new Float32Array(target.width * part.height * 3);
  for (let y = 0; y < part.height; y += 1) {
    const row = ((part.y + y) * image.width + part.x) * 3;
    shrinkRow(image.data.subarray(row, row + part.width * 3), across, narrow.subarray(y * target.width * 3));
  }
  const rowLength = target.width * 3;
  const data = new Uint8Array(rowLength * target.height);
  const sum = new Float32Array(rowLength);
  for (let y = 0; y < target.height; y += 1) {
    sum.fill(0.5);
    for (let tap = 0; tap < down.span; tap += 1) {
      const weight = down.weights[y * down.span + tap] ?? 0;
      if (weight === 0) continue;
      const from = ((down.begins[y] ?? 0) + tap) * rowLength;
      for (let at = 0; at < rowLength; at += 1) sum[at] = (sum[at] ?? 0) + weight * (narrow[from + at] ?? 0);
    }
    // The half added above makes the cut to whole bytes a rounding; rounding errors cannot reach 256.
    data.set(sum, y * rowLength);
  }
  return { width: target.width, height: target.height, data };
}

function shrinkRow(row: Uint8Array, { begins, weights, span }: Windows, target: Float32Array): void {
  for (let x = 0; x < begins.length; x += 1) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let at = (begins[x] ?? 0) * 3;
    for (let tap = x * span; tap < (x + 1) * span; tap += 1) {
      const weight = weights[tap] ?? 0;
      if (weight !== 0) {
        red += weight * (row[at] ?? 0);
        green += weight * (row[at + 1] ?? 0);
        blue += weight * (row[at + 2] ?? 0);
      }
      at += 3;
    }
    target[x * 3] = red;
    target[x * 3 + 1] = green;
    target[x * 3 + 2] = blue;
  }
}

function windows(from: number, to: number): Windows {
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  const span = Math.min(from, Math.ceil(reach) * 2 + 1);
  const begins = new Int32Array(to);
  const weights = new Float32Array(to * span);
  for (let target = 0; target < to; target += 1) {
    const centre = (target + 0.5) * ratio - 0.5;
    const begin = Math.min(Math.max(0, Math.ceil(centre - reach)), from - span);
    begins[target] = begin;
    let total = 0;
    const first = Math.floor(centre - reach);
    for (let source = first; source <= Math.ceil(centre + reach); source += 1) {
      const weight = Math.max(0, 1 - Math.abs(source - centre) / reach);
      const kept = Math.min(Math.max(source, 0), from - 1) - begin;
      if (weight === 0) continue;
      weights[target * span + kept] = (weights[target * span + kept] ?? 0) + weight;
      total += weight;
    }
    for (let tap = target * span; tap < (target + 1) * span; tap += 1) weights[tap] = (weights[tap] ?? 0) / total;
  }
  return { begins, weights, span };
}

function refuseBadPart({ width, height, data }: RgbImage, part: Part, target: Size): void {
  const isWhole = [part.x, part.y, part.width, part.height, target.width, target.height].every(Number.isInteger);
  const isWithin = part.x >= 0 && part.y >= 0 && part.x + part.width <= width && part.y + part.height <= height;
  const isSized = [part.width, part.height, target.width, target.height].every(
    (side) => side >= 1 && side <= MAX_IMAGE_SIDE_PX,
  );
  if (isWhole && isWithin && isSized && data.length === width * height * 3) return;
  throw new ModelError(
    "models/bad-image",
    `${part.width} × ${part.height} at (${part.x}, ${part.y}) of a picture of ${width} × ${height} cannot be scaled to ${target.width} × ${target.height}`,
  );
}
