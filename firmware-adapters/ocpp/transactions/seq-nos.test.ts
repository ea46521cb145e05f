import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { addSeqNo, gapBefore, hasSeqNo, MAX_RANGES, type SeqNos } from "./seq-nos.ts";

const heard = (seqNos: readonly number[]): SeqNos => seqNos.reduce<SeqNos>(addSeqNo, []);

describe("the sequence numbers of a transaction", () => {
  it.each<[number[], SeqNos]>([
    [[], []],
    [[0, 1, 2], [[0, 2]]],
    [[2, 0, 1], [[0, 2]]],
    [
      [0, 2],
      [
        [0, 0],
        [2, 2],
      ],
    ],
    [
      [0, 5, 5, 4],
      [
        [0, 0],
        [4, 5],
      ],
    ],
  ])("%j are kept as %j", (seqNos, ranges) => {
    expect(heard(seqNos)).toEqual(ranges);
  });

  it.each<[number[], number, { from: number; to: number } | undefined]>([
    [[], 0, undefined],
    [[], 3, { from: 0, to: 2 }],
    [[0, 1], 2, undefined],
    [[0, 1], 5, { from: 2, to: 4 }],
    // A latecomer is missing nothing.
    [[0, 5], 3, undefined],
  ])("after %j, %i shows the gap %j", (seqNos, next, gap) => {
    expect(gapBefore(heard(seqNos), next)).toEqual(gap);
  });

  it("are never more than its maximum of ranges, whatever a station leaves out; the newest holes stay open", () => {
    const everySecond = Array.from({ length: MAX_RANGES + 1 }, (_, n) => n * 2);
    const ranges = heard(everySecond);
    expect(ranges).toHaveLength(MAX_RANGES);
    expect(hasSeqNo(ranges, 1)).toBe(true);
    expect(hasSeqNo(ranges, 3)).toBe(false);
  });

  it("are all known again, and nothing else is, in whatever order they came", () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seq nos: seed ${seed}`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (seqNos) => {
        const ranges = heard(seqNos);
        for (let n = 0; n <= 31; n += 1) expect(hasSeqNo(ranges, n)).toBe(seqNos.includes(n));
      }),
      { seed, numRuns: 10_000 },
    );
  });
});
