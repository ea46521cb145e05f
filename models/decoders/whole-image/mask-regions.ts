import { toSource, type Point } from "../../preprocess/placement.ts";
import type { Box } from "../detections/box.ts";
import type { Mask } from "./mask.ts";

/** A connected patch of one class, in pixels of the source picture. */
export interface MaskRegion {
  readonly box: Box;
  readonly areaPx: number;
}

interface RegionRule {
  /** Smaller patches are noise, in source pixels. */
  readonly minAreaPx: number;
  readonly maxRegions: number;
}

/**
 * Finds the connected patches of one class; pixels that touch by a side are connected, those that touch by a corner are not.
 *
 * @returns the largest first, `maxRegions` at most; boxes are clipped to the picture.
 */
export function maskRegions(mask: Mask, classIndex: number, rule: RegionRule): readonly MaskRegion[] {
  const isSeen = new Uint8Array(mask.labels.length);
  const queue = new Int32Array(mask.labels.length);
  const regions: MaskRegion[] = [];
  for (let pixel = 0; pixel < mask.labels.length; pixel += 1) {
    if (isSeen[pixel] === 1 || mask.labels[pixel] !== classIndex) continue;
    const region = inSource(mask, flood(mask, pixel, { isSeen, queue }));
    if (region.areaPx >= rule.minAreaPx) regions.push(region);
  }
  return regions.toSorted((a, b) => b.areaPx - a.areaPx).slice(0, rule.maxRegions);
}

interface Patch {
  readonly pixels: number;
  readonly from: Point;
  readonly to: Point;
}

function flood(
  { width, height, labels }: Mask,
  start: number,
  { isSeen, queue }: { readonly isSeen: Uint8Array; readonly queue: Int32Array },
): Patch {
  const label = labels[start];
  let end = 0;
  const add = (pixel: number): void => {
    if (isSeen[pixel] === 1 || labels[pixel] !== label) return;
    isSeen[pixel] = 1;
    queue[end] = pixel;
    end += 1;
  };
  add(start);
  const bounds = { left: width, top: height, right: 0, bottom: 0 };
  for (let at = 0; at < end; at += 1) {
    const pixel = queue[at] ?? 0;
    const column = pixel % width;
    const row = (pixel - column) / width;
    bounds.left = Math.min(bounds.left, column);
    bounds.right = Math.max(bounds.right, column + 1);
    bounds.top = Math.min(bounds.top, row);
    bounds.bottom = Math.max(bounds.bottom, row + 1);
    if (column > 0) add(pixel - 1);
    if (column < width - 1) add(pixel + 1);
    if (row > 0) add(pixel - width);
    if (row < height - 1) add(pixel + width);
  }
  return { pixels: end, from: { x: bounds.left, y: bounds.top }, to: { x: bounds.right, y: bounds.bottom } };
}

function inSource({ width, height, placement }: Mask, { pixels, from, to }: Patch): MaskRegion {
  const { input, source, part, scaled } = placement;
  const across = input.width / width;
  const down = input.height / height;
  const place = ({ x, y }: Point): Point => {
    const point = toSource(placement, { x: x * across, y: y * down });
    return {
      x: Math.min(source.width, Math.max(0, point.x)),
      y: Math.min(source.height, Math.max(0, point.y)),
    };
  };
  const upper = place(from);
  const lower = place(to);
  const pixelArea = across * down * (part.width / scaled.width) * (part.height / scaled.height);
  return { box: { x1: upper.x, y1: upper.y, x2: lower.x, y2: lower.y }, areaPx: pixels * pixelArea };
}
