import { describe, expect, it } from "vitest";

import { graduationsM, levelShare, levelY, paceOf, pumpX, scaleDepthM, spread, wavePath, WELL } from "./geometry.ts";

describe("the scale of the well", () => {
  it.each([
    [[1, 2.2, 2.8, 3.2], 4.5],
    [[8], 11],
    [[0.4], 1],
    [[], 5],
  ])("leaves room above the marks %j", (marks, depth) => {
    expect(scaleDepthM(marks)).toBe(depth);
  });

  it("puts more water higher, and levels beyond it at its ends", () => {
    const ys = [-1, 0, 1, 3.9, 4, 4.2, 9].map((level) => levelY(level, 4));
    expect(ys).toEqual(ys.toSorted((a, b) => b - a));
    expect(ys[0]).toBe(WELL.bottom);
    expect(levelShare(9, 4)).toBe(levelShare(5, 4));
  });

  it.each([
    [4, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]],
    [0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
    [60, [0, 10, 20, 30, 40, 50, 60]],
  ])("of %d m has few and round graduations", (depth, graduations) => {
    expect(graduationsM(depth)).toEqual(graduations);
  });
});

describe("labels", () => {
  it("keep their places where there is room", () => {
    expect(spread([10, 40, 70], 20, 100)).toEqual([10, 40, 70]);
  });

  it("move apart in order where there is none, and stay above the floor", () => {
    expect(spread([10, 12, 14], 20, 100)).toEqual([10, 30, 50]);
    expect(spread([80, 90, 95], 20, 100)).toEqual([60, 80, 100]);
    expect(spread([], 20, 100)).toEqual([]);
  });
});

describe("what moves", () => {
  it.each([
    [undefined, "still"],
    [-3, "still"],
    [0.2, "still"],
    [5, "slow"],
    [40, "steady"],
    [160, "fast"],
  ] as const)("a flow of %s L/s is %s", (flow, pace) => {
    expect(paceOf(flow)).toBe(pace);
  });

  it("waves reach a period beyond both walls, so that they can slide", () => {
    const periods = wavePath(330, 50).split("q").length - 1;
    expect(periods * 60).toBeGreaterThanOrEqual(330 + 60);
  });

  it("pumps stand inside the well, apart", () => {
    const [first, second] = [pumpX(0, 2), pumpX(1, 2)];
    expect(first).toBeGreaterThan(WELL.left + 30);
    expect(second).toBeLessThan(WELL.right - 30);
    expect(second - first).toBeGreaterThan(60);
  });
});
