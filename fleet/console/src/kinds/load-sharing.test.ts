import { describe, expect, it } from "vitest";

import { MAX_SHARES, sharesOn, wiringOf, type Share } from "./load-sharing.ts";

function share(id: string, wiring: number, drawsA: readonly number[], grantA: number | undefined = 10): Share {
  return { id, name: id, grantA, drawsA, wiring: wiringOf(wiring), isAway: false };
}

describe("how a supply is shared", () => {
  it("turns each connector's own phases onto the supply's", () => {
    const shares = [share("three", 123, [9, 9, 9]), share("turned", 231, [7, 0, 0]), share("one", 3, [6])];
    const on = (phase: "L1" | "L2" | "L3") =>
      sharesOn(phase, shares).map(({ letter, grantA, drawsA }) => `${letter} ${drawsA} of ${grantA}`);
    expect(on("L1")).toEqual(["A 9 of 10", "B 0 of 10"]);
    expect(on("L2")).toEqual(["A 9 of 10", "B 7 of 10"]);
    expect(on("L3")).toEqual(["A 9 of 10", "B 0 of 10", "C 6 of 10"]);
  });

  it("leaves out a connector whose wiring nobody knows, and shows nothing granted as nothing", () => {
    expect(wiringOf(undefined)).toEqual([]);
    expect(wiringOf(409)).toEqual([]);
    const shares = [
      { ...share("a", 1, [5]), wiring: [] },
      { ...share("b", 1, [5]), grantA: undefined },
    ];
    expect(sharesOn("L1", shares)).toMatchObject([{ letter: "B", grantA: 0, drawsA: 5 }]);
  });

  it("has an end", () => {
    const many = Array.from({ length: MAX_SHARES + 3 }, (_, index) => share(String(index), 1, [1]));
    expect(sharesOn("L1", many)).toHaveLength(MAX_SHARES);
  });
});
