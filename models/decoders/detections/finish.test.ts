import { describe, expect, it } from "vitest";

import type { Thresholds } from "../../manifest.ts";
import type { Resize } from "../../manifest/input.ts";
import { planPlacement } from "../../preprocess/placement.ts";
import { iou } from "./box.ts";
import type { Candidate } from "./detection.ts";
import { finish, finishListed, lowestScore } from "./finish.ts";
import { suppress } from "./nms.ts";

const THRESHOLDS: Thresholds = {
  score: 0.5,
  scoreByClass: {},
  nmsIou: 0.5,
  isNmsByClass: true,
  maxCandidates: 100,
  maxDetections: 100,
};
const candidate = (x1: number, y1: number, score = 0.9, more: Partial<Candidate> = {}): Candidate => ({
  x1,
  y1,
  x2: x1 + 10,
  y2: y1 + 10,
  score,
  classIndex: 0,
  ...more,
});
const context = (
  thresholds: Partial<Thresholds> = {},
  source = { width: 100, height: 100 },
  resize: Resize = { mode: "stretch" },
) => ({
  placement: planPlacement(source, { width: 100, height: 100, resize }),
  classIds: ["person", "car"],
  thresholds: { ...THRESHOLDS, ...thresholds },
});

describe("overlap", () => {
  it.each([
    [{ x1: 0, y1: 0, x2: 10, y2: 10 }, 1],
    [{ x1: 5, y1: 0, x2: 15, y2: 10 }, 50 / 150],
    [{ x1: 10, y1: 0, x2: 20, y2: 10 }, 0],
    [{ x1: 2, y1: 2, x2: 4, y2: 4 }, 0.04],
    [{ x1: 5, y1: 5, x2: 5, y2: 5 }, 0],
  ])("of the unit square's tenfold and %o is %d", (box, expected) => {
    expect(iou({ x1: 0, y1: 0, x2: 10, y2: 10 }, box)).toBeCloseTo(expected, 12);
  });
});

describe("suppression", () => {
  const rule = { iou: 0.5, isByClass: true, max: 10 };

  it("keeps the better of two on one spot, and both where they only touch", () => {
    const [a, b, c] = [candidate(0, 0, 0.9), candidate(1, 0, 0.8), candidate(30, 0, 0.7)];
    expect(suppress([a, b, c], rule)).toEqual([a, c]);
  });

  it("keeps both where the overlap is exactly the limit", () => {
    // 20 wide, 10 shared: 100 of 200.
    const [a, b] = [candidate(0, 0, 0.9, { x2: 20 }), candidate(0, 0, 0.8, { x2: 10 })];
    expect(suppress([a, b], rule)).toEqual([a, b]);
    expect(suppress([a, b], { ...rule, iou: 0.499 })).toEqual([a]);
  });

  it("is not undone: what a dropped box would have dropped stays", () => {
    const chain = [candidate(0, 0, 0.9), candidate(3, 0, 0.8), candidate(6, 0, 0.7)];
    expect(suppress(chain, rule)).toEqual([chain[0], chain[2]]);
  });

  it("looks at classes or not, as told", () => {
    const [a, b] = [candidate(0, 0, 0.9), candidate(0, 0, 0.8, { classIndex: 1 })];
    expect(suppress([a, b], rule)).toEqual([a, b]);
    expect(suppress([a, b], { ...rule, isByClass: false })).toEqual([a]);
  });

  it("ends at the greatest number", () => {
    const many = Array.from({ length: 11 }, (_, index) => candidate(index * 20, 0));
    expect(suppress(many, rule)).toHaveLength(10);
    expect(suppress(many.slice(0, 10), rule)).toHaveLength(10);
  });
});

describe("from candidates to detections", () => {
  it("lets the earlier of two equal ones win, always", () => {
    const found = finish([candidate(0, 0, 0.9), candidate(1, 0, 0.9)], context());
    expect(found.map(({ box }) => box.x1)).toEqual([0]);
  });

  it("keeps a score at the threshold, drops one below, and knows thresholds of single classes", () => {
    const two = [candidate(0, 0, 0.5), candidate(20, 0, 0.499), candidate(40, 0, 0.3, { classIndex: 1 })];
    expect(finish(two, context()).map(({ score }) => score)).toEqual([0.5]);
    const byClass = context({ scoreByClass: { car: 0.3, person: 0.6 } });
    expect(lowestScore(byClass)).toBe(0.3);
    expect(finish(two, byClass).map(({ score }) => score)).toEqual([0.3]);
  });

  it("drops a class that the manifest does not name", () => {
    expect(
      finishListed([candidate(0, 0, 0.9, { classIndex: 2 }), candidate(0, 0, 0.9, { classIndex: -1 })], context()),
    ).toEqual([]);
  });

  it("takes the best of too many candidates", () => {
    const many = Array.from({ length: 10 }, (_, index) =>
      candidate((index % 5) * 20, index < 5 ? 0 : 50, 0.5 + index / 64),
    );
    expect(finish(many, context({ maxCandidates: 3 })).map(({ score }) => score)).toEqual([41 / 64, 40 / 64, 39 / 64]);
    expect(finish(many, context({ maxDetections: 2 }))).toHaveLength(2);
  });

  it("maps through the letterbox's offset, clips to the picture and drops what lies in the padding", () => {
    // 200 × 100 in 100 × 100: half size, 25 rows of padding above and below.
    const centred = context({}, { width: 200, height: 100 }, { mode: "letterbox", anchor: "centre", padding: [114] });
    const [inside, clipped, ...rest] = finish(
      [candidate(10, 35, 0.9), candidate(50, 20, 0.8), candidate(50, 5, 0.7), candidate(95, 60, 0.6)],
      centred,
    );
    expect(inside?.box).toEqual({ x1: 20, y1: 20, x2: 40, y2: 40 });
    expect(clipped?.box).toEqual({ x1: 100, y1: 0, x2: 120, y2: 10 });
    expect(rest.map(({ box }) => box)).toEqual([{ x1: 190, y1: 70, x2: 200, y2: 90 }]);
  });

  it("keeps a box of one pixel and drops one without area", () => {
    const tiny = [
      candidate(10, 10, 0.9, { x2: 11, y2: 11 }),
      candidate(20, 20, 0.9, { x2: 20 }),
      candidate(30, 30, 0.9, { x2: 29 }),
    ];
    expect(finish(tiny, context()).map(({ box }) => box)).toEqual([{ x1: 10, y1: 10, x2: 11, y2: 11 }]);
  });

  it("clips boxes whose size has overflowed to the whole picture", () => {
    const endless = candidate(0, 0, 0.9, { x1: -Infinity, y1: -Infinity, x2: Infinity, y2: Infinity });
    expect(finish([endless, endless], context())[0]?.box).toEqual({ x1: 0, y1: 0, x2: 100, y2: 100 });
  });

  it("finds nothing in nothing", () => {
    expect(finish([], context())).toEqual([]);
  });
});
