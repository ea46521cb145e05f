import { ModelError } from "../errors.ts";
import { channelCount, type ImageInput } from "../manifest/input.ts";
import type { Placement, Size } from "./placement.ts";

/** A picture: `data` is height × width × 3 bytes, red, green, blue, row-major. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}

/** ITU-R BT.601, as OpenCV turns colour to grey. */
const GREY = { r: 0.299, g: 0.587, b: 0.114 };

/** How bytes become a tensor's values: where each channel begins, and value = byte × gain + offset. */
interface Channels {
  readonly gains: readonly [number, number, number];
  readonly offsets: readonly [number, number, number];
  readonly paddings: readonly [number, number, number];
}

/** The tensor an image input wants, empty: make one and fill it again for every frame. */
export function emptyTensor(input: ImageInput): Float32Array | Uint8Array {
  const length = input.width * input.height * channelCount(input);
  return input.dtype === "uint8" ? new Uint8Array(length) : new Float32Array(length);
}

/**
 * Writes a picture, already scaled as the placement says, into a tensor, padding included.
 *
 * @param tensor  float32 or uint8, channels × height × width (NCHW) or height × width × channels (NHWC).
 * @param image   RGB of `placement.scaled` size.
 * @throws ModelError `models/bad-image` where the picture or the tensor has another size.
 */
export function fillTensor(
  tensor: Float32Array | Uint8Array,
  image: RgbImage,
  input: ImageInput,
  placement: Placement,
): void {
  refuseOtherSizes(tensor, image, input, placement);
  const channels = channelsOf(input);
  if (placement.scaled.width < input.width || placement.scaled.height < input.height) {
    pad(tensor, input, channels);
  }
  if (channelCount(input) === 1) return fillGrey(tensor, image, placement, channels);
  const places = placesOf(input);
  if (tensor instanceof Uint8Array) return copyColour(tensor, image, placement, places);
  const gains = inRgbOrder(channels.gains, input);
  fillColour(tensor, image, placement, { gains, offsets: inRgbOrder(channels.offsets, input), places });
}

/** How far each colour's first value is from the pixel's, and one pixel from the next. */
interface Places {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly pixel: number;
}

function placesOf({ layout, colourOrder, width, height }: ImageInput): Places {
  const channel = layout === "NCHW" ? width * height : 1;
  const [red, blue] = colourOrder === "BGR" ? [2, 0] : [0, 2];
  return { red: red * channel, green: channel, blue: blue * channel, pixel: layout === "NCHW" ? 1 : 3 };
}

interface ColourRule {
  /** In the order red, green, blue. */
  readonly gains: readonly [number, number, number];
  readonly offsets: readonly [number, number, number];
  readonly places: Places;
}

/** The channels' numbers in the order red, green, blue. */
function inRgbOrder(
  [a, b, c]: readonly [number, number, number],
  { colourOrder }: ImageInput,
): readonly [number, number, number] {
  return colourOrder === "BGR" ? [c, b, a] : [a, b, c];
}

function fillColour(
  tensor: Float32Array,
  { width, height, data }: RgbImage,
  { input, scaled }: Placement,
  { gains, offsets, places }: ColourRule,
): void {
  const [redGain, greenGain, blueGain] = gains;
  const [redOffset, greenOffset, blueOffset] = offsets;
  const { pixel } = places;
  let byte = 0;
  for (let y = 0; y < height; y += 1) {
    const row = ((scaled.y + y) * input.width + scaled.x) * pixel;
    const end = row + width * pixel;
    const { red, green, blue } = places;
    for (let at = row; at < end; at += pixel) {
      tensor[at + red] = (data[byte] ?? 0) * redGain + redOffset;
      tensor[at + green] = (data[byte + 1] ?? 0) * greenGain + greenOffset;
      tensor[at + blue] = (data[byte + 2] ?? 0) * blueGain + blueOffset;
      byte += 3;
    }
  }
}

/** For graphs that normalise by themselves: bytes stay bytes, and whole rows go at once where their order is the same. */
function copyColour(
  tensor: Uint8Array,
  { width, height, data }: RgbImage,
  { input, scaled }: Placement,
  { red, green, blue, pixel }: Places,
): void {
  const isSameOrder = pixel === 3 && red === 0;
  for (let y = 0; y < height; y += 1) {
    let at = ((scaled.y + y) * input.width + scaled.x) * pixel;
    let byte = y * width * 3;
    const end = byte + width * 3;
    if (isSameOrder) {
      tensor.set(data.subarray(byte, end), at);
      continue;
    }
    for (; byte < end; byte += 3) {
      tensor[at + red] = data[byte] ?? 0;
      tensor[at + green] = data[byte + 1] ?? 0;
      tensor[at + blue] = data[byte + 2] ?? 0;
      at += pixel;
    }
  }
}

function fillGrey(
  tensor: Float32Array | Uint8Array,
  { width, height, data }: RgbImage,
  { input, scaled }: Placement,
  { gains: [gain], offsets: [offset] }: Channels,
): void {
  let byte = 0;
  for (let y = 0; y < height; y += 1) {
    let at = (scaled.y + y) * input.width + scaled.x;
    for (let x = 0; x < width; x += 1) {
      const { r, g, b } = GREY;
      const grey = Math.round(r * (data[byte] ?? 0) + g * (data[byte + 1] ?? 0) + b * (data[byte + 2] ?? 0));
      tensor[at] = grey * gain + offset;
      at += 1;
      byte += 3;
    }
  }
}

function pad(tensor: Float32Array | Uint8Array, input: ImageInput, { gains, offsets, paddings }: Channels): void {
  const channels = channelCount(input);
  const plane = input.width * input.height;
  const values = paddings.map((byte, index) => byte * (gains[index] ?? 1) + (offsets[index] ?? 0));
  const [value = 0] = values;
  if (values.every((one) => one === value)) {
    tensor.fill(value);
  } else if (input.layout === "NCHW") {
    for (let index = 0; index < channels; index += 1)
      tensor.fill(values[index] ?? 0, index * plane, (index + 1) * plane);
  } else {
    for (let at = 0; at < tensor.length; at += 1) tensor[at] = values[at % channels] ?? 0;
  }
}

function channelsOf({ scale, mean, std, resize }: ImageInput): Channels {
  const means = three(mean);
  const stds = three(std);
  return {
    gains: [scale / stds[0], scale / stds[1], scale / stds[2]],
    offsets: [-means[0] / stds[0], -means[1] / stds[1], -means[2] / stds[2]],
    paddings: three(resize.mode === "letterbox" ? resize.padding : [0]),
  };
}

function three([first = 0, second = first, third = second]: readonly number[]): readonly [number, number, number] {
  return [first, second, third];
}

function refuseOtherSizes(
  tensor: Float32Array | Uint8Array,
  { width, height, data }: RgbImage,
  input: ImageInput,
  placement: Placement,
): void {
  const { scaled } = placement;
  if (width !== scaled.width || height !== scaled.height) {
    refuse(`the picture is ${width} × ${height} where the plan says ${scaled.width} × ${scaled.height}`);
  }
  if (data.length !== width * height * 3) {
    refuse(`${data.length} bytes are no RGB picture of ${width} × ${height}`);
  }
  if (placement.input.width !== input.width || placement.input.height !== input.height) {
    refuse("the plan was made for another input");
  }
  const isRight = input.dtype === "uint8" ? tensor instanceof Uint8Array : tensor instanceof Float32Array;
  if (!isRight || tensor.length !== input.width * input.height * channelCount(input)) {
    refuse(`the tensor does not fit the input ${input.name}`);
  }
}

function refuse(message: string): never {
  throw new ModelError("models/bad-image", message);
}
