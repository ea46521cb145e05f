import { describe, expect, it } from "vitest";

import type { Point } from "../preprocess/placement.ts";
import { type CountingLine, type Crossing, EMPTY_LINE, lineReasons, stepLine } from "./line.ts";

/** Across the picture at y = 100, from left to right: its right-hand side is below. */
const line: CountingLine = { a: { x: 100, y: 100 }, b: { x: 300, y: 100 }, deadBandPx: 10 };
const FORGET_S = 2;

/** One track along points, `stepS` apart; undefined where it is not seen. */
function walk(points: readonly (Point | undefined)[], stepS = 0.2): readonly Crossing[] {
  let state = EMPTY_LINE;
  return points.flatMap((point, index) => {
    const standings = point === undefined ? [] : [{ trackId: 1, point }];
    const step = stepLine(line, state, { atS: index * stepS, standings }, FORGET_S);
    state = step.state;
    return step.crossings;
  });
}
const down = (x: number, ...ys: readonly number[]): readonly Point[] => ys.map((y) => ({ x, y }));
const directions = (points: readonly (Point | undefined)[]): readonly string[] =>
  walk(points).map(({ direction }) => direction);

const at = (...points: readonly (readonly [number, number])[]): readonly Point[] => points.map(([x, y]) => ({ x, y }));

describe("crossing", () => {
  it("counts who goes over once, with direction, track and time", () => {
    expect(walk(down(200, 60, 80, 95, 105, 120, 140))).toEqual([
      { trackId: 1, direction: "forward", atS: expect.closeTo(0.8, 9) },
    ]);
    expect(directions(down(200, 140, 100, 60))).toEqual(["backward"]);
  });

  it("counts the same at five and fifteen frames a second", () => {
    for (const fps of [5, 15]) {
      const path = Array.from({ length: 6 * fps }, (_, index) => ({ x: 200, y: 40 + (index * 20) / fps }));
      expect(directions(path)).toEqual(["forward"]);
    }
  });

  it("counts who jumps over the dead band in one step", () => {
    expect(directions(down(200, 60, 140))).toEqual(["forward"]);
  });

  it("does not count who stops on the line and shakes", () => {
    const shaking = Array.from({ length: 200 }, (_, index) => 100 + (index % 2 === 0 ? 8 : -8));
    expect(directions(down(200, 60, 80, ...shaking))).toEqual([]);
    expect(directions(down(200, 60, 80, ...shaking, 120))).toEqual(["forward"]);
    expect(directions(down(200, 60, 80, ...shaking, 70))).toEqual([]);
  });

  it("counts who comes back, and goes again", () => {
    expect(directions(down(200, 60, 140, 60, 140))).toEqual(["forward", "backward", "forward"]);
  });

  it("does not count who goes round the end", () => {
    expect(
      directions([
        { x: 320, y: 60 },
        { x: 320, y: 100 },
        { x: 320, y: 140 },
      ]),
    ).toEqual([]);
    expect(
      directions([
        { x: 250, y: 60 },
        { x: 330, y: 90 },
        { x: 330, y: 120 },
        { x: 250, y: 140 },
      ]),
    ).toEqual([]);
    // And coming back through the middle counts, since that is a crossing.
    expect(
      directions([
        { x: 330, y: 60 },
        { x: 330, y: 140 },
        { x: 200, y: 140 },
        { x: 200, y: 60 },
      ]),
    ).toEqual(["backward"]);
  });

  it("counts the way through, not the loops round an end within the dead band", () => {
    // Through, back round the end, through again: once over.
    expect(directions(at([290, 80], [290, 105], [305, 105], [305, 95], [290, 95], [290, 105], [290, 120]))).toEqual([
      "forward",
    ]);
    // Round the end, back through, round the end again: on the other side, but through only against the way.
    expect(directions(at([310, 80], [310, 105], [290, 105], [290, 95], [310, 95], [310, 105], [310, 120]))).toEqual([]);
  });

  it("counts a point exactly on the line once", () => {
    expect(directions(down(200, 60, 100, 140))).toEqual(["forward"]);
    expect(directions(down(200, 140, 100, 60))).toEqual(["backward"]);
    expect(directions(down(200, 60, 100, 60))).toEqual([]);
  });

  it("does not count who appears in the dead band, on either way out", () => {
    expect(directions(down(200, 98, 120))).toEqual([]);
    expect(directions(down(200, 102, 60))).toEqual([]);
  });

  it("counts who is hidden while crossing, and forgets who was away too long", () => {
    expect(directions([...down(200, 60, 80), undefined, undefined, ...down(200, 120)])).toEqual(["forward"]);
    const gap = Array.from({ length: 11 }, () => undefined);
    expect(directions([...down(200, 60, 80), ...gap, ...down(200, 120, 130)])).toEqual([]);
  });

  it("keeps tracks apart", () => {
    let state = EMPTY_LINE;
    const crossings: Crossing[] = [];
    for (const [index, y] of [60, 100, 140].entries()) {
      const standings = [
        { trackId: 1, point: { x: 150, y } },
        { trackId: 2, point: { x: 250, y: 200 - y } },
      ];
      const step = stepLine(line, state, { atS: index, standings }, FORGET_S);
      state = step.state;
      crossings.push(...step.crossings);
    }
    expect(crossings.map(({ trackId, direction }) => [trackId, direction])).toEqual([
      [1, "forward"],
      [2, "backward"],
    ]);
  });
});

describe("what is said when a line is drawn", () => {
  const frame = { width: 640, height: 360 };
  const drawn = (a: Point, b: Point, deadBandPx = 10): readonly string[] =>
    lineReasons({ a, b, deadBandPx }, frame, 80);

  it("says nothing about a good one", () => {
    expect(drawn({ x: 100, y: 200 }, { x: 500, y: 180 })).toEqual([]);
  });

  it("refuses one within a box of the edge, outside, too short, or with too wide a band", () => {
    expect(drawn({ x: 100, y: 350 }, { x: 500, y: 340 })).toEqual([
      expect.stringContaining("along the picture's edge"),
    ]);
    expect(drawn({ x: 60, y: 20 }, { x: 50, y: 340 })).toEqual([expect.stringContaining("along the picture's edge")]);
    expect(drawn({ x: -1, y: 200 }, { x: 500, y: 180 })).toEqual([expect.stringContaining("outside")]);
    expect(drawn({ x: 300, y: 200 }, { x: 379, y: 200 })).toEqual([expect.stringContaining("shorter")]);
    expect(drawn({ x: 100, y: 200 }, { x: 500, y: 180 }, 81)).toEqual([expect.stringContaining("dead band")]);
    expect(drawn({ x: 100, y: 200 }, { x: 500, y: 180 }, Number.NaN)).toEqual([expect.stringContaining("dead band")]);
  });

  it("lets a line reach across the picture from edge to edge", () => {
    expect(drawn({ x: 0, y: 180 }, { x: 640, y: 180 })).toEqual([]);
  });
});
