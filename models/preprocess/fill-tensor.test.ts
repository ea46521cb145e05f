import { describe, expect, it } from "vitest";

import { type ImageInput, imageInput } from "../manifest/input.ts";
import { emptyTensor, fillTensor, type RgbImage } from "./fill-tensor.ts";
import { planPlacement } from "./placement.ts";

/** Two pixels beside each other: (10, 20, 30) and (40, 50, 60). */
const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };
const input = (more: Readonly<Record<string, unknown>> = {}): ImageInput =>
  imageInput.parse({
    kind: "image",
    name: "in",
    layout: "NCHW",
    dtype: "float32",
    width: 2,
    height: 1,
    colourOrder: "RGB",
    resize: { mode: "stretch" },
    ...more,
  });
function filled(one: ImageInput, picture = image): readonly number[] {
  const tensor = emptyTensor(one);
  // What was in the tensor before must not shine through.
  tensor.fill(99);
  fillTensor(tensor, picture, one, planPlacement(picture, one));
  return [...tensor].map((value) => Number(value.toFixed(4)));
}

describe("filling a tensor", () => {
  it.each([
    ["NCHW", "RGB", [10, 40, 20, 50, 30, 60]],
    ["NCHW", "BGR", [30, 60, 20, 50, 10, 40]],
    ["NHWC", "RGB", [10, 20, 30, 40, 50, 60]],
    ["NHWC", "BGR", [30, 20, 10, 60, 50, 40]],
    // 0.299 × 10 + 0.587 × 20 + 0.114 × 30 = 18.15, and 48.15.
    ["NCHW", "grey", [18, 48]],
    ["NHWC", "grey", [18, 48]],
  ])("lays out %s %s", (layout, colourOrder, expected) => {
    expect(filled(input({ layout, colourOrder }))).toEqual(expected);
    expect(filled(input({ layout, colourOrder, dtype: "uint8" }))).toEqual(expected);
  });

  it("normalises in the tensor's own channel order", () => {
    const three = { scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4] };
    // RGB: (5 − 1) ÷ 1, (10 − 2) ÷ 2, (15 − 3) ÷ 4.
    expect(filled(input({ layout: "NHWC", ...three }))).toEqual([4, 4, 3, 19, 11.5, 6.75]);
    // BGR: blue takes the first mean: (15 − 1) ÷ 1, (10 − 2) ÷ 2, (5 − 3) ÷ 4.
    expect(filled(input({ layout: "NHWC", colourOrder: "BGR", ...three }))).toEqual([14, 4, 0.5, 29, 11.5, 4.25]);
    expect(filled(input({ layout: "NCHW", colourOrder: "BGR", ...three }))).toEqual([14, 29, 4, 11.5, 0.5, 4.25]);
    expect(filled(input({ colourOrder: "grey", scale: 0.5, mean: [1], std: [2] }))).toEqual([4, 11.5]);
  });

  it("pads what the picture leaves, normalised like a byte", () => {
    const resize = { mode: "letterbox", anchor: "centre", padding: [100] };
    const tall = input({ height: 3, resize, mean: [10], std: [10] });
    expect(filled(tall).slice(0, 6)).toEqual([9, 9, 0, 3, 9, 9]);
    const coloured = { mode: "letterbox", anchor: "top-left", padding: [1, 2, 3] };
    expect(filled(input({ height: 2, resize: coloured }))).toEqual([10, 40, 1, 1, 20, 50, 2, 2, 30, 60, 3, 3]);
    expect(filled(input({ height: 2, resize: coloured, layout: "NHWC", colourOrder: "BGR" }))).toEqual([
      30, 20, 10, 60, 50, 40, 1, 2, 3, 1, 2, 3,
    ]);
  });

  it("refuses pictures, tensors and plans that do not fit", () => {
    const one = input();
    const plan = planPlacement(image, one);
    expectRefused(() => fillTensor(new Float32Array(6), { ...image, width: 3 }, one, plan));
    expectRefused(() => fillTensor(new Float32Array(6), { ...image, data: image.data.subarray(1) }, one, plan));
    expectRefused(() => fillTensor(new Float32Array(5), image, one, plan));
    expectRefused(() => fillTensor(new Uint8Array(6), image, one, plan));
    expectRefused(() => fillTensor(new Float32Array(6), image, one, planPlacement(image, input({ height: 2 }))));
  });
});

function expectRefused(run: () => void): void {
  expect(run).toThrow(expect.objectContaining({ code: "models/bad-image" }));
}
