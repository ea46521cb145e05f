import { describe, expect, it } from "vitest";

import { scaleRgb } from "../testing/pictures.ts";
import { seededRandom } from "../tracking/testing/scripted-world.ts";
import type { RgbImage } from "./fill-tensor.ts";
import { resampleRgb } from "./resample.ts";

const grey = (width: number, height: number, values: readonly number[]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});
const reds = ({ data }: RgbImage): readonly number[] => [...data].filter((_, index) => index % 3 === 0);
const whole = ({ width, height }: RgbImage) => ({ x: 0, y: 0, width, height });

describe("scaling", () => {
  it("leaves a picture of the right size as it is, and keeps colours apart", () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 254, 255, 0) };
    expect(resampleRgb(image, whole(image), image)).toEqual(image);
  });

  it("enlarges between pixel centres, edges repeated", () => {
    const image = grey(2, 1, [0, 100]);
    expect(reds(resampleRgb(image, whole(image), { width: 4, height: 1 }))).toEqual([0, 25, 75, 100]);
  });

  it("averages while it shrinks, so that no column is skipped", () => {
    // Halved, the triangle is two pixels wide on each side: (0.25, 0.75, 0.75, 0.25) ÷ 2, folded at the edges.
    const image = grey(4, 1, [0, 0, 160, 160]);
    expect(reds(resampleRgb(image, whole(image), { width: 2, height: 1 }))).toEqual([20, 140]);
    const stripes = grey(
      64,
      1,
      Array.from({ length: 64 }, (_, index) => (index % 2) * 200),
    );
    const shrunk = reds(resampleRgb(stripes, whole(stripes), { width: 8, height: 1 }));
    // At the edges the outermost stripe is repeated and weighs more.
    for (const value of shrunk.slice(1, -1)) expect(Math.abs(value - 100)).toBeLessThan(2);
    for (const value of shrunk) expect(Math.abs(value - 100)).toBeLessThan(20);
  });

  it("takes a part and nothing beyond it", () => {
    const image = grey(4, 2, [255, 7, 7, 255, 255, 7, 7, 255]);
    expect(
      reds(resampleRgb(image, { x: 1, y: 0, width: 2, height: 2 }, { width: 5, height: 3 })).every((one) => one === 7),
    ).toBe(true);
  });

  it("keeps white white, at any size", () => {
    const image = grey(
      17,
      13,
      Array.from({ length: 17 * 13 }, () => 255),
    );
    for (const [width, height] of [
      [1, 1],
      [5, 40],
      [33, 2],
      [100, 100],
    ] as const) {
      expect(reds(resampleRgb(image, whole(image), { width, height })).every((one) => one === 255)).toBe(true);
    }
  });

  it("shrinks as libvips' linear kernel does", async () => {
    const random = seededRandom(3);
    const image = grey(
      160,
      120,
      Array.from({ length: 160 * 120 }, () => Math.floor(random() * 256)),
    );
    for (const [size, most, mean] of [
      [{ width: 80, height: 60 }, 2, 0.5],
      // Between whole ratios libvips rounds the place of each window, which shows on noise like this.
      [{ width: 100, height: 70 }, 24, 2.5],
      [{ width: 50, height: 90 }, 24, 2.5],
    ] as const) {
      const ours = resampleRgb(image, whole(image), size);
      const theirs = await scaleRgb(image, { part: whole(image), scaled: { x: 0, y: 0, ...size } }, "linear");
      const differences = [...ours.data].map((value, index) => Math.abs(value - (theirs.data[index] ?? 0)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(most);
      expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeLessThan(mean);
    }
  });

  it.each([
    ["leaves the picture", { x: 1, y: 0, width: 2, height: 1 }, { width: 1, height: 1 }],
    ["begins before it", { x: -1, y: 0, width: 2, height: 1 }, { width: 1, height: 1 }],
    ["is empty", { x: 0, y: 0, width: 0, height: 1 }, { width: 1, height: 1 }],
    ["is no whole number", { x: 0, y: 0, width: 1.5, height: 1 }, { width: 1, height: 1 }],
    ["has nowhere to go", { x: 0, y: 0, width: 2, height: 1 }, { width: 0, height: 1 }],
  ])("refuses a part that %s", (_, part, target) => {
    expect(() => resampleRgb(grey(2, 1, [0, 0]), part, target)).toThrow(
      expect.objectContaining({ code: "models/bad-image" }),
    );
  });
});
