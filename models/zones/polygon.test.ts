import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { doCross, isInside, MAX_CORNERS, parsePolygon, polygonArea, sideOf, standingPoint } from "./polygon.ts";

const square = [
  { x: 0, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 10 },
  { x: 0, y: 10 },
];
/** A U that opens upwards. */
const hollow = [
  { x: 0, y: 0 },
  { x: 3, y: 0 },
  { x: 3, y: 7 },
  { x: 7, y: 7 },
  { x: 7, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 10 },
  { x: 0, y: 10 },
];

describe("a point in a polygon", () => {
  it.each([
    [5, 5, true],
    [-1, 5, false],
    [11, 5, false],
    [0, 5, true],
    [10, 10, true],
    [5, 0, true],
    // Level with a corner, outside to the left: the ray touches two corners and must not count them twice.
    [-5, 10, false],
    [-5, 0, false],
  ])("(%d, %d) in the square: %s", (x, y, expected) => {
    expect(isInside(square, { x, y })).toBe(expected);
    expect(isInside(square.toReversed(), { x, y })).toBe(expected);
  });

  it.each([
    [5, 3, false],
    [1, 3, true],
    [9, 3, true],
    [5, 8, true],
    [5, 7, true],
  ])("(%d, %d) in the hollow: %s", (x, y, expected) => {
    expect(isInside(hollow, { x, y })).toBe(expected);
  });

  it("agrees with plain bounds for every upright rectangle", () => {
    const whole = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 1, max: 20 }), fc.tuple(whole, whole), (left, top, side, [x, y]) => {
        const corners = square.map((corner) => ({ x: left + (corner.x * side) / 10, y: top + (corner.y * side) / 10 }));
        const expected = x >= left && x <= left + side && y >= top && y <= top + side;
        expect(isInside(corners, { x, y })).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("what may be drawn", () => {
  it("takes polygons that turn either way", () => {
    expect(parsePolygon(square)).toBe(square);
    expect(polygonArea(parsePolygon(hollow.toReversed()))).toBe(72);
  });

  it.each([
    ["two corners", square.slice(0, 2), "it has 2 corners"],
    [
      "one corner too many",
      Array.from({ length: MAX_CORNERS + 1 }, (_, i) => ({ x: i, y: i * i })),
      "it has 65 corners",
    ],
    ["a line", [square[0], square[1], { x: 20, y: 0 }], "it has no area"],
    ["a bow tie", [square[0], square[2], { x: 10, y: 1 }, { x: 0, y: 10 }], "side 1 crosses side 3"],
    ["a spike", [...square.slice(0, 3), { x: 10, y: 30 }, { x: 10, y: 10 }, { x: 0, y: 10 }], "crosses"],
    ["a corner that is no number", [...square.slice(0, 3), { x: Number.NaN, y: 0 }], "a corner is not a number"],
  ])("refuses %s", (_, corners, reason) => {
    const given = corners.flatMap((corner) => (corner === undefined ? [] : [corner]));
    expect(() => parsePolygon(given)).toThrow(expect.objectContaining({ code: "models/bad-geometry" }));
    expect(() => parsePolygon(given)).toThrow(reason);
  });

  it("takes the greatest number of corners", () => {
    const round = Array.from({ length: MAX_CORNERS }, (_, index) => ({
      x: 100 * Math.cos((index / MAX_CORNERS) * 2 * Math.PI),
      y: 100 * Math.sin((index / MAX_CORNERS) * 2 * Math.PI),
    }));
    expect(parsePolygon(round)).toHaveLength(MAX_CORNERS);
  });
});

describe("small things", () => {
  it("says right of a line as the picture is seen, y downwards", () => {
    expect(sideOf({ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 5, y: 3 })).toBe(30);
    expect(sideOf({ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 5, y: -3 })).toBe(-30);
  });

  it("crosses segments, not endless lines", () => {
    const [a, b] = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ];
    expect(doCross(a, b, { x: 5, y: -1 }, { x: 5, y: 1 })).toBe(true);
    expect(doCross(a, b, { x: 15, y: -1 }, { x: 15, y: 1 })).toBe(false);
    expect(doCross(a, b, { x: 10, y: 0 }, { x: 20, y: 5 })).toBe(true);
    expect(doCross(a, b, { x: 0, y: 1 }, { x: 10, y: 1 })).toBe(false);
  });

  it("stands a box on the middle of its lower edge", () => {
    expect(standingPoint({ x1: 10, y1: 0, x2: 30, y2: 50 })).toEqual({ x: 20, y: 50 });
  });
});
