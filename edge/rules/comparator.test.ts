import { describe, expect, it } from "vitest";

import { compare, startComparator, type Comparator } from "./comparator.ts";

/** Feeds readings one second apart (null: bad) and says after each whether the comparator is on. */
function run(comparator: Comparator, values: readonly (number | null)[], everyMs = 1_000): boolean[] {
  let memory = startComparator(false, 0);
  return values.map((value, index) => {
    memory = compare(comparator, memory, { kind: "reading", value, nowMs: (index + 1) * everyMs });
    return memory.isOn;
  });
}

function ramp(perSecond: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index * perSecond);
}

const above: Comparator = { kind: "threshold", is: "above", limit: 3, deadband: 0.5 };
const below: Comparator = { kind: "threshold", is: "below", limit: 3, deadband: 0.5 };

describe("a threshold", () => {
  it.each([
    ["is on above its limit, not at it", above, [3, 3.01], [false, true]],
    ["returns only below the limit by the whole deadband", above, [3.1, 2.9, 2.51, 2.5], [true, true, true, false]],
    ["goes on again only above the limit itself", above, [3.1, 2.4, 2.9, 3.1], [true, false, false, true]],
    ["is on below its limit, not at it", below, [3, 2.99], [false, true]],
    ["returns only above the limit by the whole deadband", below, [2.9, 3.2, 3.49, 3.5], [true, true, true, false]],
    ["is not turned on by a bad value", above, [null, 2, null], [false, false, false]],
    ["is not turned off by a bad value", above, [4, null, null], [true, true, true]],
  ] satisfies [string, Comparator, (number | null)[], boolean[]][])("%s", (_, comparator, values, expected) => {
    expect(run(comparator, values)).toEqual(expected);
  });

  it("works without a deadband", () => {
    expect(run({ ...above, deadband: 0 }, [3.01, 3, 3.01])).toEqual([true, false, true]);
  });
});

describe("equals", () => {
  it("is on exactly at its value, and holds on a bad one", () => {
    expect(run({ kind: "equals", value: 1 }, [0, 1, null, 0, null])).toEqual([false, true, true, false, false]);
  });
});

describe("a fact", () => {
  it("is on while it is so", () => {
    expect(run({ kind: "fact" }, [0, 1, 1, 0])).toEqual([false, true, true, false]);
  });
});

describe("a rate of change", () => {
  const rising: Comparator = { kind: "rate-of-change", is: "rising", limitPerMinute: 6, windowMs: 10_000 };

  it("judges nothing before it has seen a whole window", () => {
    expect(run(rising, ramp(1, 10))).toEqual(Array.from({ length: 10 }, () => false));
  });

  it("is on above its limit per minute, not at it", () => {
    expect(run(rising, ramp(0.1, 20)).at(-1)).toBe(false);
    expect(run(rising, ramp(0.11, 20)).at(-1)).toBe(true);
  });

  it("sees a jump at once when the window is full, and forgets it a window later", () => {
    const values = [...Array.from({ length: 12 }, () => 0), ...Array.from({ length: 14 }, () => 5)];
    const on = run(rising, values);
    expect(on.indexOf(true)).toBe(12);
    expect(on.at(-1)).toBe(false);
  });

  it("tells rising from falling", () => {
    expect(run(rising, ramp(-1, 20)).at(-1)).toBe(false);
    expect(run({ ...rising, is: "falling" }, ramp(-1, 20)).at(-1)).toBe(true);
  });

  it("holds through bad values and measures over the gap by its real length", () => {
    const gap = Array.from({ length: 20 }, () => null);
    expect(run(rising, [...ramp(1, 15), ...gap]).at(-1)).toBe(true);
    expect(run(rising, [...ramp(0, 15), ...gap, 1]).at(-1)).toBe(false);
  });

  it("keeps few samples however fast the poll is", () => {
    let memory = startComparator(false, 0);
    for (let index = 0; index < 10_000; index += 1) {
      memory = compare(rising, memory, { kind: "reading", value: 0, nowMs: index * 10 });
    }
    expect(memory.samples.length).toBeLessThanOrEqual(34);
  });
});

describe("staleness", () => {
  const stale: Comparator = { kind: "stale", afterMs: 5_000 };

  it("comes with time alone, counted from the start until the first good value", () => {
    const memory = startComparator(false, 1_000);
    expect(compare(stale, memory, { kind: "tick", nowMs: 5_999 }).isOn).toBe(false);
    expect(compare(stale, memory, { kind: "tick", nowMs: 6_000 }).isOn).toBe(true);
  });

  it("comes with bad values too, and goes with the first good one", () => {
    expect(run(stale, [1, null, null, null, null, null, null, 1])).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});
