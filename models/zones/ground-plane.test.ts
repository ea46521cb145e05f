import { describe, expect, it } from "vitest";

import type { Point } from "../preprocess/placement.ts";
import { seededRandom } from "../tracking/testing/scripted-world.ts";
import { fitGroundPlane, type GroundMark, isMeasured, speedMPerS, toGround, type TrailPoint } from "./ground-plane.ts";

/** A camera 6 m high that looks down 20 degrees, 800 pixels focal length, on a picture of 1280 × 720. */
function toPicture({ x, y }: Point): Point {
  const [sine, cosine] = [Math.sin(Math.PI / 9), Math.cos(Math.PI / 9)];
  const depth = y * cosine + 6 * sine;
  return { x: 640 + (800 * x) / depth, y: 360 + (800 * (6 * cosine - y * sine)) / depth };
}
const mark = (x: number, y: number): GroundMark => ({ pixel: toPicture({ x, y }), metres: { x, y } });
const marks = [mark(-4, 10), mark(4, 10), mark(4, 30), mark(-4, 30)];
const trail = (speed: number, fps: number, shakePx = 0): readonly TrailPoint[] => {
  const random = seededRandom(7);
  return Array.from({ length: Math.floor(1.5 * fps) + 1 }, (_, index) => {
    const { x, y } = toPicture({ x: 1, y: 12 + (speed * index) / fps });
    return { atS: index / fps, point: { x: x + (random() - 0.5) * shakePx, y: y + (random() - 0.5) * shakePx } };
  });
};

describe("the ground", () => {
  it("gives back its marks and what lies between them", () => {
    const plane = fitGroundPlane(marks);
    for (const { x, y } of [
      { x: -4, y: 10 },
      { x: 4, y: 30 },
      { x: 0, y: 17 },
      { x: -2, y: 25 },
      { x: 3, y: 50 },
    ]) {
      const ground = toGround(plane, toPicture({ x, y }));
      expect(ground?.x).toBeCloseTo(x, 6);
      expect(ground?.y).toBeCloseTo(y, 6);
    }
  });

  it("knows nothing of the sky", () => {
    // The horizon of this camera is 800 × tan 20° above the middle: at y = 69.
    const plane = fitGroundPlane(marks);
    expect(toGround(plane, { x: 640, y: 60 })).toBeUndefined();
    expect(toGround(plane, { x: 640, y: 80 })).toBeDefined();
  });

  it("is the same wherever the picture's origin lies, on the horizon too", () => {
    const shifted = marks.map(({ pixel, metres }) => ({ pixel: { x: pixel.x, y: pixel.y - 68.824 }, metres }));
    const { x, y } = toPicture({ x: 1, y: 20 });
    const ground = toGround(fitGroundPlane(shifted), { x, y: y - 68.824 });
    expect(ground?.x).toBeCloseTo(1, 6);
    expect(ground?.y).toBeCloseTo(20, 6);
  });

  it("tells whether a point lies between the marks", () => {
    const plane = fitGroundPlane(marks);
    expect(isMeasured(plane, toPicture({ x: 0, y: 20 }))).toBe(true);
    expect(isMeasured(plane, toPicture({ x: 0, y: 50 }))).toBe(false);
  });

  it.each([
    ["three marks", marks.slice(0, 3)],
    ["three in a line", [mark(0, 10), mark(0, 20), mark(0, 30), mark(4, 20)]],
    ["one mark twice", [mark(0, 10), mark(0, 10), mark(4, 30), mark(-4, 30)]],
    ["marks out of order", [mark(-4, 10), mark(4, 30), mark(4, 10), mark(-4, 30)]],
    ["marks that are no numbers", [mark(Number.NaN, 10), ...marks.slice(1)]],
  ])("refuses %s", (_, bad) => {
    expect(() => fitGroundPlane(bad)).toThrow(expect.objectContaining({ code: "models/bad-geometry" }));
  });
});

describe("speed", () => {
  const plane = fitGroundPlane(marks);

  it.each([5, 15])("is exact on a clean trail at %i frames a second", (fps) => {
    expect(speedMPerS(plane, trail(8, fps), 1)).toBeCloseTo(8, 6);
  });

  it.each([5, 15])("is within a tenth on a shaking one at %i frames a second", (fps) => {
    expect(Math.abs((speedMPerS(plane, trail(8, fps, 4), 1) ?? 0) - 8)).toBeLessThan(0.8);
  });

  it("is not told from too short a trail, too few points or the sky", () => {
    expect(speedMPerS(plane, trail(8, 15).slice(0, 10), 1)).toBeUndefined();
    expect(speedMPerS(plane, trail(8, 1).slice(0, 2), 1)).toBeUndefined();
    expect(speedMPerS(plane, [], 0)).toBeUndefined();
    const sky = [0, 1, 2].map((atS) => ({ atS, point: { x: 640, y: 10 } }));
    expect(speedMPerS(plane, sky, 1)).toBeUndefined();
  });
});
