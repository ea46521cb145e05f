import { describe, expect, it } from "vitest";

import { planPlacement } from "../../preprocess/placement.ts";
import { tensorOf } from "../../testing/detector-context.ts";
import { maskRegions } from "./mask-regions.ts";
import { classShare, decodeMask, maskAt, maskInSource, type Mask, NO_CLASS } from "./mask.ts";

const notFinite = expect.objectContaining({ code: "models/not-finite" });
/** 8 × 4 pixels in the source, 4 × 4 in the input: letterboxed to half, one row of padding above and below. */
const placement = planPlacement(
  { width: 8, height: 4 },
  { width: 4, height: 4, resize: { mode: "letterbox", anchor: "centre", padding: [0] } },
);
const maskOf = (rows: readonly string[]): Mask => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  labels: Uint8Array.from(
    rows
      .join("")
      .split("")
      .map((letter) => (letter === "." ? NO_CLASS : Number(letter))),
  ),
  placement,
});

describe("decoding", () => {
  const planar = { kind: "mask", output: "out", layout: "NCHW", width: 2, height: 2, activation: "none" } as const;
  const context = { placement, classCount: 3, score: 0.5 };

  it("takes the largest channel, of equal ones the first, in both layouts", () => {
    // Pixels: class 2, class 1, all equal, class 0 and 2 equal.
    const planes = [
      [0, 1, 5, 7],
      [1, 9, 5, 0],
      [2, 3, 5, 7],
    ];
    const nchw = { out: { dims: [1, 3, 2, 2], data: Float32Array.from(planes.flat()) } };
    expect([...decodeMask(nchw, planar, context).labels]).toEqual([2, 1, 0, 0]);
    const pixels = [0, 1, 2, 3].flatMap((pixel) => planes.map((plane) => plane[pixel] ?? 0));
    const nhwc = { out: { dims: [1, 2, 2, 3], data: Float32Array.from(pixels) } };
    expect([...decodeMask(nhwc, { ...planar, layout: "NHWC" }, context).labels]).toEqual([2, 1, 0, 0]);
  });

  it("takes one channel by its threshold", () => {
    const one = { ...context, classCount: 1 };
    const shares = { out: tensorOf([1, 1, 2, 2], { 0: [0.4, 0.5], 1: [0.6, 0] }) };
    expect([...decodeMask(shares, planar, one).labels]).toEqual([NO_CLASS, 0, 0, NO_CLASS]);
    const logits = { out: tensorOf([1, 1, 2, 2], { 0: [-0.1, 0], 1: [3, -3] }) };
    expect([...decodeMask(logits, { ...planar, activation: "sigmoid" }, one).labels]).toEqual([
      NO_CLASS,
      0,
      0,
      NO_CLASS,
    ]);
  });

  it("refuses NaN", () => {
    expect(() => decodeMask({ out: tensorOf([1, 3, 2, 2], { 0: [Number.NaN] }) }, planar, context)).toThrow(notFinite);
  });
});

describe("a mask over its picture", () => {
  // The outer rows lie in the padding and must never be seen.
  const mask = maskOf(["1111", "0011", "0001", "1111"]);

  it("tells the class at a point", () => {
    expect(maskAt(mask, { x: 0, y: 0 })).toBe(0);
    expect(maskAt(mask, { x: 7.9, y: 0 })).toBe(1);
    expect(maskAt(mask, { x: 5, y: 3.9 })).toBe(0);
    expect(maskAt(mask, { x: -1, y: 1 })).toBe(NO_CLASS);
    expect(maskAt(mask, { x: 8, y: 1 })).toBe(NO_CLASS);
    expect(maskAt(mask, { x: 1, y: 4 })).toBe(NO_CLASS);
  });

  it("is laid over the picture pixel for pixel", () => {
    const labels = maskInSource(mask, { width: 8, height: 4 });
    expect([...labels]).toEqual([
      0,
      0,
      0,
      0,
      1,
      1,
      1,
      1, //
      0,
      0,
      0,
      0,
      1,
      1,
      1,
      1, //
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      1, //
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      1,
    ]);
  });

  it("tells how much of an area a class covers", () => {
    expect(classShare(mask, 1, () => true)).toBe(3 / 8);
    expect(classShare(mask, 1, ({ x }) => x > 4)).toBe(3 / 4);
    expect(classShare(mask, 1, ({ x }) => x > 100)).toBeUndefined();
  });

  it("sees only the middle where the middle was cropped", () => {
    const cropped = {
      ...mask,
      placement: planPlacement({ width: 8, height: 4 }, { width: 4, height: 4, resize: { mode: "crop", share: 1 } }),
    };
    expect(maskAt(cropped, { x: 1, y: 1 })).toBe(NO_CLASS);
    expect(maskAt(cropped, { x: 2, y: 0 })).toBe(1);
  });
});

describe("patches of a class", () => {
  const rule = { minAreaPx: 0, maxRegions: 10 };

  it("are joined by sides, not by corners, and come largest first", () => {
    const mask = maskOf(["....", "0.00", ".0.0", "...."]);
    // A pixel of the mask is 2 × 2 pixels of the picture.
    expect(maskRegions(mask, 0, rule)).toEqual([
      { box: { x1: 4, y1: 0, x2: 8, y2: 4 }, areaPx: 12 },
      { box: { x1: 0, y1: 0, x2: 2, y2: 2 }, areaPx: 4 },
      { box: { x1: 2, y1: 2, x2: 4, y2: 4 }, areaPx: 4 },
    ]);
  });

  it("leave out what is too small or too many", () => {
    const mask = maskOf(["....", "0.00", ".0.0", "...."]);
    expect(maskRegions(mask, 0, { ...rule, minAreaPx: 5 })).toHaveLength(1);
    expect(maskRegions(mask, 0, { ...rule, maxRegions: 2 })).toHaveLength(2);
    expect(maskRegions(mask, 1, rule)).toEqual([]);
  });

  it("follow a winding shape to its end", () => {
    const snake = maskOf(["00000", "....0", "00000", "0....", "00000"]);
    expect(maskRegions(snake, 0, rule)).toHaveLength(1);
  });
});
