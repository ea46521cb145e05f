import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CopyRows } from "./copy-rows.ts";
import { shorten } from "./gateways.ts";
import { formatMultirange, includes, includesAll, normalise, parseMultirange } from "./intervals.ts";

const intervals = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 })), { maxLength: 20 })
  .map((pairs) => pairs.map(([from, length]): [number, number] => [from, from + length]));

function numbersOf(some: readonly (readonly [number, number])[]): Set<number> {
  return new Set(
    some.flatMap(([from, through]) => Array.from({ length: through - from + 1 }, (_, index) => from + index)),
  );
}

describe("intervals", () => {
  it("in their shortest form hold the same numbers, ascending and not touching", () => {
    fc.assert(
      fc.property(intervals, (some) => {
        const short = normalise(some);
        expect(numbersOf(short)).toEqual(numbersOf(some));
        short.slice(1).forEach(([from], index) => expect(from).toBeGreaterThan((short[index]?.[1] ?? 0) + 1));
      }),
    );
  });

  it("answer for single numbers and ranges as a set of numbers would", () => {
    fc.assert(
      fc.property(intervals, fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 5 }), (some, from, length) => {
        const short = normalise(some);
        const set = numbersOf(some);
        const asked = Array.from({ length: length + 1 }, (_, index) => from + index);
        expect(includes(short, from)).toBe(set.has(from));
        expect(includesAll(short, from, from + length)).toBe(asked.every((one) => set.has(one)));
      }),
    );
  });

  it("are read as PostgreSQL shows them and written as it takes them", () => {
    expect(parseMultirange("{}")).toEqual([]);
    expect(parseMultirange("{[1,5),[7,8)}")).toEqual([
      [1, 4],
      [7, 7],
    ]);
    expect(
      formatMultirange([
        [1, 4],
        [7, 7],
      ]),
    ).toBe("{[1,4],[7,7]}");
  });
});

describe("shorten", () => {
  it("keeps the last interval of every stream, and at most so many in all", () => {
    const held = [
      {
        intervals: [
          [1, 1],
          [3, 3],
          [5, 5],
        ],
      },
      {
        intervals: [
          [1, 1],
          [9, 9],
        ],
      },
    ] as const;
    expect(shorten(held, 3).map((one) => one.intervals)).toEqual([
      [
        [1, 1],
        [5, 5],
      ],
      [[9, 9]],
    ]);
    expect(shorten(held, 100).map((one) => one.intervals)).toEqual(held.map((one) => one.intervals));
    expect(shorten(held, 0).map((one) => one.intervals)).toEqual([[[5, 5]], [[9, 9]]]);
  });
});

describe("CopyRows", () => {
  it("writes numbers of either sign, before and after 2000, at the limits of what JavaScript holds", () => {
    const rows = new CopyRows();
    const numbers = [0, -1, 1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    for (const number of numbers) rows.int8(number);
    const bytes = rows.slice(0, rows.length);
    expect(numbers.map((_, index) => bytes.readBigInt64BE(index * 12 + 4))).toEqual(numbers.map(BigInt));
  });

  it("grows, and gives text its length in bytes, not in characters", () => {
    const rows = new CopyRows();
    const text = "液位".repeat(40_000);
    rows.text(text);
    const bytes = rows.slice(0, rows.length);
    expect(bytes.readInt32BE(0)).toBe(Buffer.byteLength(text));
    expect(bytes.subarray(4).toString()).toBe(text);
  });
});
