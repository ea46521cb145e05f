import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Resize } from "../manifest/input.ts";
import { MAX_IMAGE_SIDE_PX, planPlacement, toInput, toSource } from "./placement.ts";

const square = { width: 416, height: 416 };
const topLeft: Resize = { mode: "letterbox", anchor: "top-left", padding: [114] };
const centre: Resize = { mode: "letterbox", anchor: "centre", padding: [114] };

describe("how a picture lies in the input", () => {
  it.each([
    ["letterbox, top left", { width: 768, height: 576 }, topLeft, { x: 0, y: 0, width: 416, height: 312 }],
    ["letterbox, centre", { width: 768, height: 576 }, centre, { x: 0, y: 52, width: 416, height: 312 }],
    ["letterbox, upright picture", { width: 100, height: 400 }, centre, { x: 156, y: 0, width: 104, height: 416 }],
    ["letterbox, enlarged", { width: 10, height: 5 }, topLeft, { x: 0, y: 0, width: 416, height: 208 }],
    ["letterbox, rounded down", { width: 1_920, height: 1_079 }, topLeft, { x: 0, y: 0, width: 416, height: 233 }],
    ["letterbox, never without a row", { width: 10_000, height: 1 }, topLeft, { x: 0, y: 0, width: 416, height: 1 }],
    ["letterbox, of the input's size", square, centre, { x: 0, y: 0, ...square }],
    ["stretch", { width: 768, height: 576 }, { mode: "stretch" }, { x: 0, y: 0, ...square }],
  ] as const)("%s", (_, source, resize, scaled) => {
    const placement = planPlacement(source, { ...square, resize });
    expect(placement.scaled).toEqual(scaled);
    expect(placement.part).toEqual({ x: 0, y: 0, ...source });
  });

  it("crops the middle, whole or in part", () => {
    const crop = (share: number) =>
      planPlacement({ width: 640, height: 480 }, { ...square, resize: { mode: "crop", share } });
    expect(crop(1).part).toEqual({ x: 80, y: 0, width: 480, height: 480 });
    expect(crop(0.875).part).toEqual({ x: 110, y: 30, width: 420, height: 420 });
    expect(crop(1).scaled).toEqual({ x: 0, y: 0, ...square });
  });

  it("never loses a column to the rounding of a ratio", () => {
    // 416 ÷ 1203 × 1203 is 415.99999999999994 in floating point.
    for (let side = 1; side <= 3_000; side += 1) {
      const { scaled } = planPlacement({ width: side, height: side }, { ...square, resize: topLeft });
      expect([scaled.width, scaled.height]).toEqual([416, 416]);
    }
  });

  it.each([
    [0, 10],
    [10, 0],
    [1.5, 10],
    [Number.NaN, 10],
    [MAX_IMAGE_SIDE_PX + 1, 10],
  ])("refuses a picture of %d × %d", (width, height) => {
    expect(() => planPlacement({ width, height }, { ...square, resize: topLeft })).toThrow(
      expect.objectContaining({ code: "models/bad-image" }),
    );
  });

  it("takes the largest picture", () => {
    const largest = { width: MAX_IMAGE_SIDE_PX, height: MAX_IMAGE_SIDE_PX };
    expect(planPlacement(largest, { ...square, resize: topLeft }).scaled).toEqual({ x: 0, y: 0, ...square });
  });
});

describe("the way there and back", () => {
  const resize: fc.Arbitrary<Resize> = fc.constantFrom(
    topLeft,
    centre,
    { mode: "stretch" as const },
    { mode: "crop" as const, share: 0.7 },
  );
  const side = fc.integer({ min: 1, max: 5_000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it("ends where it began, for every picture, input and mode", () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 640 }),
        fc.integer({ min: 1, max: 640 }),
        resize,
        share,
        (w, h, iw, ih, one, at) => {
          const placement = planPlacement({ width: w, height: h }, { width: iw, height: ih, resize: one });
          const { part, scaled, input, source } = placement;
          expect(
            scaled.x >= 0 &&
              scaled.y >= 0 &&
              scaled.x + scaled.width <= input.width &&
              scaled.y + scaled.height <= input.height,
          ).toBe(true);
          expect(
            part.x >= 0 && part.y >= 0 && part.x + part.width <= source.width && part.y + part.height <= source.height,
          ).toBe(true);
          const point = { x: at * w, y: (1 - at) * h };
          const back = toSource(placement, toInput(placement, point));
          expect(Math.hypot(back.x - point.x, back.y - point.y)).toBeLessThan(1e-6 * (w + h));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("leads a padding pixel outside the picture", () => {
    const placement = planPlacement({ width: 768, height: 576 }, { ...square, resize: centre });
    expect(toSource(placement, { x: 0, y: 51 }).y).toBeLessThan(0);
    expect(toSource(placement, { x: 0, y: 52 })).toEqual({ x: 0, y: 0 });
    expect(toSource(placement, { x: 416, y: 364 })).toEqual({ x: 768, y: 576 });
  });
});
