import { z } from "zod";

import type { Immutable } from "./immutable.ts";

export const MAX_INPUT_SIDE_PX = 2_048;

const tensorName = z.string().min(1).max(200);
const side = z.int().min(1).max(MAX_INPUT_SIDE_PX);
const byte = z.number().min(0).max(255);
const perChannel = <One extends z.ZodType>(one: One) => z.array(one).min(1).max(3);

/**
 * How a picture of any size comes to the size of the input.
 * - `stretch`: the sides are scaled apart; the picture's proportions are lost.
 * - `letterbox`: scaled as one until it fits; the rest is filled with `padding`.
 * - `crop`: scaled as one until the middle `share` of the picture's shorter side fills the input; the rest is cut off.
 */
const resize = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("stretch") }),
  z.strictObject({
    mode: z.literal("letterbox"),
    anchor: z.enum(["top-left", "centre"]),
    /** Bytes in the tensor's channel order, before normalisation. */
    padding: perChannel(byte).default([114]),
  }),
  z.strictObject({ mode: z.literal("crop"), share: z.number().min(0.1).max(1).default(1) }),
]);

/** The picture. Its tensor is [1, channels, height, width] (NCHW) or [1, height, width, channels] (NHWC). */
export const imageInput = z.strictObject({
  kind: z.literal("image"),
  name: tensorName,
  layout: z.enum(["NCHW", "NHWC"]),
  /** `uint8` means that the graph itself normalises. */
  dtype: z.enum(["float32", "uint8"]),
  width: side,
  height: side,
  colourOrder: z.enum(["RGB", "BGR", "grey"]),
  /**
   * A channel's value is (byte × scale − mean) ÷ std. One number serves all channels; three stand in the tensor's own
   * channel order, so for BGR blue comes first.
   */
  scale: z.number().positive().max(255).default(1),
  mean: perChannel(z.number().min(-255).max(255)).default([0]),
  std: perChannel(z.number().positive().max(255)).default([1]),
  resize,
  /** The filter the weights were trained or published with: another one costs accuracy on small pictures. */
  filter: z.enum(["nearest", "linear", "cubic", "lanczos3"]).default("linear"),
});
export type ImageInput = Immutable<z.infer<typeof imageInput>>;
export type Resize = ImageInput["resize"];

/**
 * The second input of DETR exports that scale their boxes themselves: int64 [1, 2], width and height. It is fed the size
 * of the input tensor, not of the picture, so that every decoder answers in input pixels.
 */
export const sizeInput = z.strictObject({ kind: z.literal("input-size"), name: tensorName });
export type SizeInput = Immutable<z.infer<typeof sizeInput>>;

/** Channels of an image tensor. */
export function channelCount({ colourOrder }: Pick<ImageInput, "colourOrder">): 1 | 3 {
  return colourOrder === "grey" ? 1 : 3;
}
