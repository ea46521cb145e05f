import { describe, expect, it } from "vitest";

import { dueAfter, nextDueMs, nextWork, type Waiting } from "./next-work.ts";
import { planRates, type Demand } from "./plan-rates.ts";

const demand = (key: string, more: Partial<Demand> = {}): Demand => ({
  key,
  wantedFps: 5,
  priority: "standard",
  costMs: 30,
  ...more,
});

describe("rates under a budget", () => {
  it.each<[string, readonly Demand[], number, Record<string, number>]>([
    ["all fit: all have what they want", [demand("a"), demand("b", { wantedFps: 2 })], 500, { a: 5, b: 2 }],
    ["one class does not fit: shared in proportion", [demand("a"), demand("b")], 150, { a: 2.5, b: 2.5 }],
    [
      "slow gives way first",
      [demand("fire", { priority: "critical" }), demand("gate"), demand("bins", { priority: "slow", wantedFps: 1 })],
      300,
      { fire: 5, gate: 5, bins: 1 / 60 },
    ],
    [
      "standard gives way before critical",
      [demand("pool", { priority: "critical" }), demand("gate"), demand("bins", { priority: "slow", wantedFps: 1 })],
      225,
      { pool: 5, gate: 2.5, bins: 1 / 60 },
    ],
    [
      "even critical is shared where nothing else is left",
      [demand("pool", { priority: "critical" })],
      75,
      { pool: 2.5 },
    ],
    ["a trickle is left to everybody", [demand("a")], 0, { a: 1 / 60 }],
    ["who wants less than a trickle has it", [demand("a", { wantedFps: 0.01 })], 0, { a: 0.01 }],
  ])("%s", (_, demands, budgetMsPerS, expected) => {
    const grants = Object.fromEntries(planRates(demands, budgetMsPerS).map(({ key, fps }) => [key, fps]));
    for (const [key, fps] of Object.entries(expected)) expect(grants[key]).toBeCloseTo(fps, 9);
  });

  it("the shortfall is told, never silent", () => {
    expect(planRates([demand("a"), demand("b")], 150).map(({ shortfall }) => shortfall)).toEqual([0.5, 0.5]);
    expect(planRates([demand("a")], 1_000)[0]?.shortfall).toBe(0);
  });
});

const waiting = (key: string, more: Partial<Waiting> = {}): Waiting => ({
  key,
  fps: 5,
  priority: "standard",
  dueMs: 0,
  hasFrame: true,
  isBusy: false,
  ...more,
});

describe("who is looked at next", () => {
  it.each<[string, readonly Waiting[], string | undefined]>([
    ["nobody where nobody waits", [], undefined],
    ["not who has no new picture", [waiting("a", { hasFrame: false })], undefined],
    ["not who is being looked at", [waiting("a", { isBusy: true }), waiting("b", { dueMs: 90 })], "b"],
    ["not who is not due yet", [waiting("a", { dueMs: 101 })], undefined],
    ["the earliest deadline", [waiting("a", { dueMs: 50 }), waiting("b", { dueMs: 40 })], "b"],
    ["a short period before a long one", [waiting("slow", { fps: 1 }), waiting("quick", { fps: 10 })], "quick"],
    ["of equal ones the higher class", [waiting("a"), waiting("b", { priority: "critical" })], "b"],
    [
      "a critical one that is late before everybody",
      [waiting("a", { dueMs: -900 }), waiting("b", { dueMs: -101, priority: "critical" })],
      "b",
    ],
  ])("%s", (_, all, expected) => {
    expect(nextWork(all, 100)).toBe(expected);
  });

  it("time is told until the next is due", () => {
    expect(nextDueMs([waiting("a", { dueMs: 130 }), waiting("b", { dueMs: 120, isBusy: true })])).toBe(130);
    expect(nextDueMs([])).toBeUndefined();
  });

  it("a look that comes late is not made up for, one in time keeps its step", () => {
    expect(dueAfter({ dueMs: 100, fps: 10 }, 110)).toBe(200);
    expect(dueAfter({ dueMs: 100, fps: 10 }, 500)).toBe(500);
  });
});
