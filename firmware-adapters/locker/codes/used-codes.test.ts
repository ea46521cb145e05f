import { describe, expect, it } from "vitest";

import { fakeDeps } from "../../testing/fake-deps.ts";
import { UsedCodes } from "./used-codes.ts";

const DAY_MS = 86_400_000;
const code = (id: string, expiresAtMs: number) =>
  ({ kind: "signed", compartment: "a01", notBeforeMs: 0, expiresAtMs, id }) as const;

/** A memory with so many used codes in it, all of which expired on the first day. */
function usedUp(count: number) {
  const rows = new Map(Array.from({ length: count }, (_, index) => [`used/s:${index}`, String(DAY_MS)]));
  return fakeDeps({ rows }).memory;
}

describe("used codes", () => {
  it("are used for ever while they are remembered", () => {
    const used = new UsedCodes(usedUp(1));
    expect(used.isUsed(code("s:0", 2 * DAY_MS))).toBe(true);
    expect(used.isUsed(code("s:1", 2 * DAY_MS))).toBe(false);
  });

  it("are forgotten a day after they expired, some at a time, and nothing that old is taken again", async () => {
    const memory = usedUp(150);
    const used = new UsedCodes(memory);
    expect(Object.keys(used.rowsToUse(code("s:new", 9 * DAY_MS), 2 * DAY_MS) ?? {})).toEqual(["used/s:new"]);
    const rows = used.rowsToUse(code("s:new", 9 * DAY_MS), 2 * DAY_MS + 1) ?? {};
    expect(Object.values(rows).filter((value) => value === null)).toHaveLength(100);
    await memory.save(rows);
    // Its row is gone; were the clock set back, it is refused all the same.
    expect(used.isUsed(code("s:0", DAY_MS))).toBe(true);
    expect(used.isUsed(code("s:other", DAY_MS + 1))).toBe(false);
  });

  it("are not forgotten by a clock in doubt", () => {
    expect(Object.keys(new UsedCodes(usedUp(150)).rowsToUse(code("s:new", DAY_MS), undefined) ?? {})).toHaveLength(1);
  });

  it("are 4000 at most: one more is not taken, unless an old one can be forgotten", () => {
    expect(new UsedCodes(usedUp(3_999)).rowsToUse(code("s:new", DAY_MS), undefined)).toBeDefined();
    expect(new UsedCodes(usedUp(4_000)).rowsToUse(code("s:new", DAY_MS), undefined)).toBeUndefined();
    expect(new UsedCodes(usedUp(4_000)).rowsToUse(code("s:new", DAY_MS), 9 * DAY_MS)).toBeDefined();
  });
});
