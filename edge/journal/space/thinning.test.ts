import { describe, expect, it } from "vitest";

import { thinOut, valueOf, type ThinningRow } from "./thinning.ts";

const MINUTE_MS = 60_000;

function rows(values: readonly (number | null)[], lane = "level", startMs = 0): ThinningRow[] {
  return values.map((value, index) => ({ place: index + 1, recordedAtMs: startMs + index * 1_000, lane, value }));
}

function places(given: readonly ThinningRow[], windowMs = MINUTE_MS): number[] {
  return thinOut(given, windowMs).map((row) => row.place);
}

describe("thinning", () => {
  it("keeps the first, the last, the lowest and the highest of a window", () => {
    expect(places(rows([5, 6, 1, 7, 9, 8, 4, 5]))).toEqual([2, 4, 6, 7]);
  });

  it("keeps where a fault begins", () => {
    expect(places(rows([1, 1, null, null, null, 1, 1]))).toEqual([2, 4, 5, 6]);
    expect(places(rows([null, null, null, null]))).toEqual([2, 3]);
  });

  it("looks at each lane and each window for itself", () => {
    const level = rows([1, 2, 3], "level");
    const flow = rows([1, 2, 3], "flow").map((row) => ({ ...row, place: row.place + 10 }));
    expect(places([...level, ...flow])).toEqual([2, 12]);
    const later = rows([4, 5, 6], "level", MINUTE_MS).map((row) => ({ ...row, place: row.place + 10 }));
    expect(places([...level, ...later])).toEqual([2, 12]);
    expect(places([...level, ...later], 15 * MINUTE_MS)).toEqual([2, 3, 11, 12]);
  });

  it("finds nothing more in what it left", () => {
    const all = rows(Array.from({ length: 300 }, (_, index) => Math.sin(index) * 10));
    const going = new Set(thinOut(all, MINUTE_MS));
    const left = all.filter((row) => !going.has(row));
    expect(left.length).toBeLessThan(30);
    expect(thinOut(left, MINUTE_MS)).toEqual([]);
  });
});

describe("the value of a stored measurement", () => {
  it.each([
    ['{"kind":"measurement","value":2.5}', 2.5],
    ['{"kind":"measurement","value":null,"badReason":"timeout"}', null],
    ['{"kind":"measurement"}', null],
    ["[]", null],
    ["null", null],
    ["{broken", null],
  ])("%s", (body, value) => {
    expect(valueOf(body)).toBe(value);
  });
});
