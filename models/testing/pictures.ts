import sharp from "sharp";

import type { ImageInput } from "../manifest/input.ts";
import { emptyTensor, fillTensor, type RgbImage } from "../preprocess/fill-tensor.ts";
import { planPlacement, type Placement, type Size } from "../preprocess/placement.ts";

// The filters of the manifest are sharp's kernels by name.
export type Filter = ImageInput["filter"];

/** Decodes a picture file to RGB. */
export async function readRgb(path: string): Promise<RgbImage> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Scales a picture as the vision process does: by sharp, with the manifest's filter. */
export async function scaleRgb(
  image: RgbImage,
  { part, scaled }: Pick<Placement, "part" | "scaled">,
  filter: Filter,
): Promise<RgbImage> {
  const { data } = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .extract({ left: part.x, top: part.y, width: part.width, height: part.height })
    .resize(scaled.width, scaled.height, { fit: "fill", kernel: filter })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: scaled.width, height: scaled.height, data };
}

/** A picture as a model's input tensor, and how it lies in it. */
export async function prepare(
  image: RgbImage,
  input: ImageInput,
): Promise<{ readonly tensor: Float32Array | Uint8Array; readonly placement: Placement }> {
  const placement = planPlacement(image, input);
  const tensor = emptyTensor(input);
  fillTensor(tensor, await scaleRgb(image, placement, input.filter), input, placement);
  return { tensor, placement };
}

/** A rectangle of a picture, in whole pixels and within it. */
export function cutRgb(
  image: RgbImage,
  { x, y, width, height }: { readonly x: number; readonly y: number } & Size,
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}
