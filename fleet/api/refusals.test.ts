import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { PROBLEM_STATUS } from "./problems.ts";
import { RateLimiter } from "./rate-limit.ts";

it("every problem's code stands in the table, and no other", () => {
  const source = readFileSync(new URL("problems.ts", import.meta.url), "utf8");
  const rows = [...source.matchAll(/^ \* \| (`.+`) \| /gm)].map((match) => match[1] ?? "");
  const documented = rows.flatMap((row) => [...row.matchAll(/`([a-z/-]+)`/g)].map((match) => match[1]));
  expect(new Set(documented)).toEqual(new Set(Object.keys(PROBLEM_STATUS)));
});

describe("RateLimiter", () => {
  it("lets the burst through and not one more, then as many as time gives back", () => {
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 });
    expect([0, 0, 0, 0].map((nowMs) => limiter.take("a", nowMs))).toEqual([true, true, true, false]);
    expect(limiter.take("a", 499)).toBe(false);
    expect([500, 500].map((nowMs) => limiter.take("a", nowMs))).toEqual([true, false]);
    expect(Array.from({ length: 4 }, () => limiter.take("a", 1_000_000))).toEqual([true, true, true, false]);
  });

  it("counts each address by itself, and remembers only so many of them", () => {
    const limiter = new RateLimiter({ perSecond: 0, burst: 1 });
    expect(limiter.take("a", 0)).toBe(true);
    expect(limiter.take("b", 0)).toBe(true);
    expect(limiter.take("a", 0)).toBe(false);
    for (let count = 0; count < 10_000; count += 1) limiter.take(`other-${count}`, 0);
    expect(limiter.take("a", 0)).toBe(true);
  });
});
