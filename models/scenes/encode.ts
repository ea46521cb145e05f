import sharp from "sharp";

import type { FrameTruth } from "./engine/frame.ts";
import { maskOf, type Frame } from "./engine/frame.ts";

/** A frame as a camera would send it. */
export async function encodeJpeg({ rgb, width, height }: Frame, quality: number): Promise<Buffer> {
  return await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** One thing's pixels as a PNG of one bit's worth: 255 where it is seen. */
export async function encodeMask(truth: FrameTruth, id: number): Promise<Buffer> {
  const { width, height } = truth;
  const mask = maskOf(truth, id);
  return await sharp(mask, { raw: { width, height, channels: 1 } })
    .png({ palette: true, colours: 2 })
    .toBuffer();
}

/**
 * Whose pixel each is, as a 16-bit grey PNG: the value is the thing's id, 0 where nobody's. One file a frame instead of
 * one a thing.
 */
export async function encodeIds({ ids, width, height }: FrameTruth): Promise<Buffer> {
  return await sharp(ids, { raw: { width, height, channels: 1 } })
    .toColourspace("grey16")
    .png()
    .toBuffer();
}
