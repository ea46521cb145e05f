import type { Box } from "@outpost/models/decoders/detections/box.ts";
import type { RgbImage } from "@outpost/models/preprocess/fill-tensor.ts";

/** Of a person's box, from its upper edge, what holds the head whatever the posture of somebody upright. */
const HEAD_SHARE = 0.3;
/** A face's box is widened by this share of its size on every side: detectors cut off hair, ears and chin. */
const FACE_MARGIN = 0.25;
/** Blocks across a blurred part: too few to know anybody by. */
const BLOCKS = 5;
const LINE_COLOUR = [255, 196, 0] as const;

/** Where a face was found, widened. */
export function faceArea({ x1, y1, x2, y2 }: Box): Box {
  const [dx, dy] = [(x2 - x1) * FACE_MARGIN, (y2 - y1) * FACE_MARGIN];
  return { x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy };
}

/** Where the head of somebody must be. Of a box wider than high, somebody lying, all of it. */
export function headArea({ x1, y1, x2, y2 }: Box): Box {
  return { x1, y1, x2, y2: x2 - x1 > y2 - y1 ? y2 : y1 + (y2 - y1) * HEAD_SHARE };
}

/** Makes a part of a picture unrecognisable, in place: a few blocks of its mean colours. */
export function pixelate(image: RgbImage, area: Box): void {
  const part = clipped(image, area);
  const side = Math.max(1, Math.ceil(Math.max(part.x2 - part.x1, part.y2 - part.y1) / BLOCKS));
  for (let y = part.y1; y < part.y2; y += side) {
    for (let x = part.x1; x < part.x2; x += side) {
      fillWithMean(image, { x1: x, y1: y, x2: Math.min(part.x2, x + side), y2: Math.min(part.y2, y + side) });
    }
  }
}

/** Draws a box's sides into a picture, in place. */
export function outline(image: RgbImage, box: Box): void {
  const { x1, y1, x2, y2 } = clipped(image, box);
  const thick = Math.max(2, Math.round(image.height / 300));
  fill(image, { x1, y1, x2, y2: Math.min(y2, y1 + thick) });
  fill(image, { x1, y1: Math.max(y1, y2 - thick), x2, y2 });
  fill(image, { x1, y1, x2: Math.min(x2, x1 + thick), y2 });
  fill(image, { x1: Math.max(x1, x2 - thick), y1, x2, y2 });
}

function clipped({ width, height }: RgbImage, { x1, y1, x2, y2 }: Box): Box {
  return {
    x1: Math.max(0, Math.floor(x1)),
    y1: Math.max(0, Math.floor(y1)),
    x2: Math.min(width, Math.ceil(x2)),
    y2: Math.min(height, Math.ceil(y2)),
  };
}

function fillWithMean({ width, data }: RgbImage, { x1, y1, x2, y2 }: Box): void {
  const sums = [0, 0, 0];
  const count = Math.max(1, (x2 - x1) * (y2 - y1));
  for (let y = y1; y < y2; y += 1) {
    for (let at = (y * width + x1) * 3; at < (y * width + x2) * 3; at += 1) {
      const channel = at % 3;
      sums[channel] = (sums[channel] ?? 0) + (data[at] ?? 0);
    }
  }
  const means = sums.map((sum) => Math.round(sum / count));
  for (let y = y1; y < y2; y += 1) {
    for (let at = (y * width + x1) * 3; at < (y * width + x2) * 3; at += 1) data[at] = means[at % 3] ?? 0;
  }
}

function fill({ width, data }: RgbImage, { x1, y1, x2, y2 }: Box): void {
  for (let y = y1; y < y2; y += 1) {
    for (let at = (y * width + x1) * 3; at < (y * width + x2) * 3; at += 1) data[at] = LINE_COLOUR[at % 3] ?? 0;
  }
}
