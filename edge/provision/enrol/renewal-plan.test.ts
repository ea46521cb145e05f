import { describe, expect, it } from "vitest";

import { isEnding, planRenewal, renewAtMs, type RenewalStep, type RenewalView } from "./renewal-plan.ts";

const DAY_MS = 86_400_000;
const LIFE = { notBeforeMs: 0, notAfterMs: 90 * DAY_MS };
const at = (day: number, more: Partial<RenewalView> = {}): RenewalView => ({
  life: LIFE,
  bestMs: day * DAY_MS,
  candidate: "none",
  isRefused: false,
  sinceRenewalMs: undefined,
  ...more,
});

describe("planRenewal", () => {
  it.each<[string, RenewalView, RenewalStep]>([
    ["rests before two thirds", at(59.99), { kind: "rest" }],
    ["asks from two thirds on", at(60), { kind: "ask", why: "due" }],
    ["asks when it has run out", at(90.01), { kind: "ask", why: "run-out" }],
    ["asks years later", at(900), { kind: "ask", why: "run-out" }],
    ["tries what was issued before anything else", at(10, { candidate: "issued", isRefused: true }), { kind: "try" }],
    ["asks at once where it is refused", at(1, { isRefused: true }), { kind: "ask", why: "refused" }],
    ["rests at a clock of 1970", at(-20_000), { kind: "rest" }],
    ["does not renew again and again at a clock of 2099", at(47_000, { sinceRenewalMs: 60_000 }), { kind: "rest" }],
    ["but does the day after", at(47_000, { sinceRenewalMs: DAY_MS }), { kind: "ask", why: "run-out" }],
    [
      "and at once where the new one is refused",
      at(1, { sinceRenewalMs: 1, isRefused: true }),
      { kind: "ask", why: "refused" },
    ],
  ])("%s", (_, view, step) => expect(planRenewal(view)).toEqual(step));

  it("tells people at five sixths, well after the first try", () => {
    expect(renewAtMs(LIFE)).toBe(60 * DAY_MS);
    expect([74.9, 75.1, 100].map((day) => isEnding(LIFE, day * DAY_MS))).toEqual([false, true, true]);
  });
});
