import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Planner } from "./planner.ts";
import { cutsAfterRefusal, planReads } from "./read-plan.ts";
import type { Cut, ReadBlock, ReadLimits, Span } from "./read-plan.ts";

const LIMITS: ReadLimits = { maxRegistersPerRead: 125, maxGapRegisters: 10 };
const at = (address: number, count = 1, table: Span["table"] = "holding-register"): Span => ({ table, address, count });
const plan = (points: readonly Span[], limits: Partial<ReadLimits> = {}, cuts: readonly Cut[] = []) =>
  planReads(points, { ...LIMITS, ...limits }, cuts);
const ranges = (blocks: readonly ReadBlock<Span>[]) => blocks.map(({ address, count }) => [address, count]);

describe("planning reads", () => {
  it("joins what lies together, whatever the order it came in", () => {
    expect(ranges(plan([at(4, 2), at(0), at(1), at(2, 2)]))).toEqual([[0, 6]]);
  });

  it("reads over a gap up to the maximum, and not over one more", () => {
    expect(ranges(plan([at(0), at(11)]))).toEqual([[0, 12]]);
    expect(ranges(plan([at(0), at(12)]))).toEqual([
      [0, 1],
      [12, 1],
    ]);
  });

  it("fills a request to the maximum, and not beyond", () => {
    expect(ranges(plan([at(0), at(8, 2)], { maxRegistersPerRead: 10 }))).toEqual([[0, 10]]);
    expect(ranges(plan([at(0), at(9, 2)], { maxRegistersPerRead: 10 }))).toEqual([
      [0, 1],
      [9, 2],
    ]);
  });

  it("keeps tables apart and counts bits by their own maximum", () => {
    const blocks = plan([at(0, 1, "coil"), at(1_999, 1, "coil"), at(0), at(100, 1, "coil")], { maxGapRegisters: 60 });
    expect(blocks.map((block) => [block.table, block.address, block.count])).toEqual([
      ["coil", 0, 101],
      ["coil", 1_999, 1],
      ["holding-register", 0, 1],
    ]);
    expect(plan(Array.from({ length: 2_001 }, (_, address) => at(address, 1, "coil")))).toHaveLength(2);
  });

  it("reads overlapping points once", () => {
    expect(ranges(plan([at(10, 2), at(11), at(10)]))).toEqual([[10, 2]]);
  });

  it("never cuts a point in two", () => {
    expect(ranges(plan([at(0, 2), at(2, 2), at(4, 2)], { maxRegistersPerRead: 3 }))).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
    ]);
  });

  it("never reaches across a place that was refused, not even when the points around it are asked for alone", () => {
    const cuts = cutsAfterRefusal({ ...at(0, 9), points: [at(0), at(5), at(8)] });
    expect(cuts).toEqual([
      { table: "holding-register", address: 5 },
      { table: "holding-register", address: 8 },
    ]);
    expect(ranges(plan([at(0), at(8)], {}, cuts))).toEqual([
      [0, 1],
      [8, 1],
    ]);
    expect(ranges(plan([at(0, 1, "input-register"), at(8, 1, "input-register")], {}, cuts))).toEqual([[0, 9]]);
  });

  it("suspects the holes of a refused block first, then halves it, and gives up at a single place", () => {
    const contiguous = [at(0), at(1), at(2), at(3)];
    expect(cutsAfterRefusal({ ...at(0, 4), points: contiguous })).toEqual([{ table: "holding-register", address: 2 }]);
    expect(cutsAfterRefusal({ ...at(5, 2), points: [at(5, 2), at(5)] })).toEqual([]);
    expect(cutsAfterRefusal({ ...at(7, 1), points: [at(7)] })).toEqual([]);
  });

  it("takes the fewest requests there can be, each within the limits and with every point whole in one", () => {
    const span = fc.record({ address: fc.nat(40), count: fc.constantFrom(1, 2) });
    const limits = fc.record({ maxRegistersPerRead: fc.integer({ min: 2, max: 12 }), maxGapRegisters: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 8 }), limits, (spans, limit) => {
        const points = spans.map(({ address, count }) => at(address, count));
        const blocks = planReads(points, limit, []);
        expect(blocks.flatMap((block) => block.points)).toHaveLength(points.length);
        for (const block of blocks) {
          expect(block.count).toBeLessThanOrEqual(limit.maxRegistersPerRead);
          const ends = block.points.map((point) => point.address + point.count);
          expect(Math.min(...block.points.map((point) => point.address))).toBe(block.address);
          expect(Math.max(...ends)).toBe(block.address + block.count);
        }
        expect(blocks).toHaveLength(fewest(points, limit));
      }),
    );
  });
});

/** The least number of requests, by trying every way to divide the points in the order of their addresses. */
function fewest(points: readonly Span[], { maxRegistersPerRead, maxGapRegisters }: ReadLimits): number {
  const sorted = points.toSorted((a, b) => a.address - b.address || a.count - b.count);
  const best = [0];
  for (let last = 1; last <= sorted.length; last += 1) {
    best[last] = Number.POSITIVE_INFINITY;
    for (let first = last; first >= 1; first -= 1) {
      if (!isOneRequest(sorted.slice(first - 1, last), maxRegistersPerRead, maxGapRegisters)) continue;
      best[last] = Math.min(best[last] ?? 0, (best[first - 1] ?? 0) + 1);
    }
  }
  return best[sorted.length] ?? 0;
}

function isOneRequest(points: readonly Span[], maxRegisters: number, maxGap: number): boolean {
  let end = points[0]?.address ?? 0;
  for (const point of points) {
    if (point.address - end > maxGap) return false;
    end = Math.max(end, point.address + point.count);
  }
  return end - (points[0]?.address ?? 0) <= maxRegisters;
}

describe("the planner", () => {
  const points = [0, 1, 2, 3].map((address, index) => ({
    ...at(address),
    index,
    pollGroup: index < 2 ? "fast" : "slow",
  }));
  const fresh = () => new Planner(points, LIMITS);

  it("plans the groups that are due, with each point's place in the answer", () => {
    const [block] = fresh().plan(["slow"], 0);
    expect(block).toMatchObject({ address: 2, count: 2 });
    expect([[...(block?.indices ?? [])], [...(block?.offsets ?? [])]]).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });

  it("remembers what a refusal taught, in every later plan", () => {
    const planner = fresh();
    const [whole] = planner.plan(["fast", "slow"], 0);
    if (whole === undefined) throw new Error("no plan");
    expect(ranges(planner.splitRefused(whole, 0))).toEqual([
      [0, 2],
      [2, 2],
    ]);
    expect(ranges(planner.plan(["fast", "slow"], 0))).toEqual([
      [0, 2],
      [2, 2],
    ]);
  });

  it("leaves a register out that is refused alone, and asks again after a minute", () => {
    const planner = fresh();
    const [alone] = planner.planFor(points.slice(3));
    if (alone === undefined) throw new Error("no plan");
    expect(planner.splitRefused(alone, 1_000)).toEqual([]);
    expect(ranges(planner.plan(["fast", "slow"], 60_999))).toEqual([[0, 3]]);
    expect(ranges(planner.plan(["fast", "slow"], 61_000))).toEqual([[0, 4]]);
  });

  it("leaves an unanswered block out for a second, then for two, and forgets that when it is answered", () => {
    const planner = fresh();
    const [block] = planner.planFor(points.slice(3));
    if (block === undefined) throw new Error("no plan");
    const isLeftOutAt = (nowMs: number): boolean => ranges(planner.plan(["fast", "slow"], nowMs))[0]?.[1] === 3;
    planner.leaveOut(block, 0);
    expect([isLeftOutAt(999), isLeftOutAt(1_000)]).toEqual([true, false]);
    planner.leaveOut(block, 1_000);
    expect([isLeftOutAt(2_999), isLeftOutAt(3_000)]).toEqual([true, false]);
    planner.answered(block);
    planner.leaveOut(block, 3_000);
    expect([isLeftOutAt(3_999), isLeftOutAt(4_000)]).toEqual([true, false]);
  });
});
