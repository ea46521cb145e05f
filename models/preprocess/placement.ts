import { ModelError } from "../errors.ts";
import type { ImageInput, Resize } from "../manifest/input.ts";

/** A picture's side beyond which it is refused. */
export const MAX_IMAGE_SIDE_PX = 16_384;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * How a picture lies in a model's input: a part of the source, in source pixels, is scaled to a size in whole input
 * pixels and laid down at an offset. What it does not cover is padding.
 */
export interface Placement {
  readonly source: Size;
  readonly input: Size;
  readonly part: { readonly x: number; readonly y: number } & Size;
  readonly scaled: { readonly x: number; readonly y: number } & Size;
}

/**
 * Plans how a picture comes to a model's input.
 *
 * Stretch and letterbox take the whole picture, crop its middle. A letterboxed side is rounded down, as the published
 * YOLOX, NanoDet and YOLO code does, and is never below one pixel.
 *
 * @param source  the picture's width and height, whole pixels, 1 to 16384.
 * @throws ModelError `models/bad-image` where the size is not such.
 */
export function planPlacement(
  source: Size,
  { width, height, resize }: Pick<ImageInput, "width" | "height" | "resize">,
): Placement {
  for (const side of [source.width, source.height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_IMAGE_SIDE_PX) {
      throw new ModelError("models/bad-image", `a picture of ${source.width} × ${source.height} pixels is not taken`);
    }
  }
  const input = { width, height };
  return { source, input, ...lay(source, input, resize) };
}

function lay(source: Size, input: Size, resize: Resize): Pick<Placement, "part" | "scaled"> {
  const whole = { x: 0, y: 0, ...source };
  switch (resize.mode) {
    case "stretch":
      return { part: whole, scaled: { x: 0, y: 0, ...input } };
    case "letterbox": {
      const ratio = Math.min(input.width / source.width, input.height / source.height);
      const width = fitted(source.width * ratio, input.width);
      const height = fitted(source.height * ratio, input.height);
      const isCentred = resize.anchor === "centre";
      const x = isCentred ? Math.floor((input.width - width) / 2) : 0;
      const y = isCentred ? Math.floor((input.height - height) / 2) : 0;
      return { part: whole, scaled: { x, y, width, height } };
    }
    case "crop": {
      const ratio = resize.share * Math.min(source.width / input.width, source.height / input.height);
      const width = Math.max(1, Math.min(source.width, Math.round(input.width * ratio)));
      const height = Math.max(1, Math.min(source.height, Math.round(input.height * ratio)));
      const x = Math.floor((source.width - width) / 2);
      const y = Math.floor((source.height - height) / 2);
      return { part: { x, y, width, height }, scaled: { x: 0, y: 0, ...input } };
    }
  }
}

/** The ratio of floats may miss a whole number by a hair: 415.9999999 is 416. */
function fitted(length: number, side: number): number {
  return Math.min(side, Math.max(1, Math.floor(length + 1e-6)));
}

/** An input pixel's place in the source; outside the picture where it lies in the padding. */
export function toSource({ part, scaled }: Placement, { x, y }: Point): Point {
  return {
    x: part.x + ((x - scaled.x) * part.width) / scaled.width,
    y: part.y + ((y - scaled.y) * part.height) / scaled.height,
  };
}

/** A source pixel's place in the input: the inverse of `toSource`. */
export function toInput({ part, scaled }: Placement, { x, y }: Point): Point {
  return {
    x: scaled.x + ((x - part.x) * scaled.width) / part.width,
    y: scaled.y + ((y - part.y) * scaled.height) / part.height,
  };
}
