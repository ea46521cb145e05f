import { asError } from "@outpost/kernel/thrown.ts";
import sharp, { type Sharp } from "sharp";

import { ModelError } from "../errors.ts";
import type { ImageInput } from "../manifest/input.ts";
import type { RgbImage } from "../preprocess/fill-tensor.ts";
import { MAX_IMAGE_SIDE_PX, type Placement, type Size } from "../preprocess/placement.ts";

/** 8K is 33 million pixels; twice that is no camera's picture. */
const MAX_PIXELS = 67_108_864;
export const MAX_PICTURE_BYTES = 32 * 1_024 * 1_024;

/**
 * Makes sharp one thread and without a cache: frames never come twice, and a second thread only takes the core away from
 * the models. Once a process.
 */
export function settleSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Decodes a JPEG straight to the size a model wants; grey, CMYK and others become RGB.
 *
 * @param jpeg  a whole picture as the camera made it.
 * @param placement  planned for the picture's own size.
 * @throws ModelError `models/bad-picture`.
 */
export async function decodeScaled(
  jpeg: Uint8Array,
  placement: Placement,
  filter: ImageInput["filter"],
): Promise<RgbImage> {
  return await decoded(async () => {
    const plain = await openScaled(jpeg, placement, filter).raw().toBuffer({ resolveWithObject: true });
    // Colour pictures are red, green and blue already; asking for it costs half a millisecond of a large one.
    return plain.info.channels === 3 ? plain : await asRgb(openScaled(jpeg, placement, filter));
  });
}

function openScaled(jpeg: Uint8Array, { source, part, scaled }: Placement, filter: ImageInput["filter"]): Sharp {
  const picture = open(jpeg);
  const isWhole = part.width === source.width && part.height === source.height;
  const cut = isWhole
    ? picture
    : picture.extract({ left: part.x, top: part.y, width: part.width, height: part.height });
  return cut.resize(scaled.width, scaled.height, { fit: "fill", kernel: filter });
}

/** A JPEG as RGB in its own size. @throws ModelError `models/bad-picture`. */
export async function decodeWhole(jpeg: Uint8Array): Promise<RgbImage> {
  return await decoded(() =>
    open(jpeg).removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true }),
  );
}

/** A JPEG as grey bytes of a small size: cheap, because the decoder itself shrinks. @throws ModelError `models/bad-picture`. */
export async function decodeGrey(jpeg: Uint8Array, { width, height }: Size): Promise<Uint8Array> {
  try {
    return await open(jpeg).resize(width, height, { fit: "fill", kernel: "nearest" }).greyscale().raw().toBuffer();
  } catch (error) {
    throw bad(error);
  }
}

/** A picture as a JPEG without any metadata. */
export async function encodeJpeg({ width, height, data }: RgbImage): Promise<Buffer> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** The size a picture's head names. @throws ModelError `models/bad-picture`. */
export async function sizeOf(jpeg: Uint8Array): Promise<Size> {
  try {
    const { width, height } = await open(jpeg).metadata();
    return { width, height };
  } catch (error) {
    throw bad(error);
  }
}

async function asRgb(picture: Sharp) {
  return await picture.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
}

function open(jpeg: Uint8Array): Sharp {
  if (jpeg.length > MAX_PICTURE_BYTES) throw new ModelError("models/bad-picture", `${jpeg.length} bytes are too many`);
  // A warning is no harm, a picture that is cut short is: its missing part decodes to grey.
  return sharp(jpeg, { failOn: "truncated", limitInputPixels: MAX_PIXELS, autoOrient: false });
}

async function decoded(
  work: () => Promise<{ readonly data: Buffer; readonly info: { readonly width: number; readonly height: number } }>,
): Promise<RgbImage> {
  try {
    const { data, info } = await work();
    const { width, height } = info;
    if (data.length !== width * height * 3) throw new Error(`${data.length} bytes for ${width} × ${height} pixels`);
    if (Math.max(width, height) > MAX_IMAGE_SIDE_PX) throw new Error(`${width} × ${height} pixels`);
    return { width, height, data };
  } catch (error) {
    throw bad(error);
  }
}

function bad(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const reason = asError(error).message.replaceAll(/\s+/g, " ").slice(0, 200);
  return new ModelError("models/bad-picture", `the picture cannot be decoded: ${reason}`, { cause: error });
}
