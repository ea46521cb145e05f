import type { ClockConfidence, Instant } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { remainingMs, Supervision } from "./supervision.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const THEN_MS = 1_790_000_000_000;

function at(wallMs: number, monotonicMs: number, confidence: ClockConfidence = "plausible"): Instant {
  return { wallMs, monotonicMs, confidence };
}

describe("what is left of a button's time after a restart", () => {
  const heard = { wallMs: THEN_MS, isWallTrusted: true, remainingMs: DAY_MS };
  it.each([
    ["an hour later", heard, at(THEN_MS + HOUR_MS, 0), DAY_MS - HOUR_MS],
    ["two days later: over", heard, at(THEN_MS + 2 * DAY_MS, 0), -DAY_MS],
    ["with the clock back in 1970: as much as it had", heard, at(0, 0, "doubtful"), DAY_MS],
    ["with a clock that jumped years ahead and is doubted", heard, at(THEN_MS + 900 * DAY_MS, 0, "doubtful"), DAY_MS],
    ["with a clock that was doubtful then", { ...heard, isWallTrusted: false }, at(THEN_MS + 2 * DAY_MS, 0), DAY_MS],
    ["with a clock that went back", heard, at(THEN_MS - HOUR_MS, 0), DAY_MS],
    ["never more than it had left", { ...heard, remainingMs: HOUR_MS }, at(THEN_MS + 2 * HOUR_MS, 0), HOUR_MS],
    ["nor more than is allowed now", { ...heard, remainingMs: 9 * DAY_MS }, at(0, 0, "doubtful"), DAY_MS],
  ] as const)("%s", (_, saved, now, leftMs) => {
    expect(remainingMs(saved, now, DAY_MS)).toBe(leftMs);
  });
});

describe("supervision", () => {
  it("has no deadline before anything was heard", () => {
    const supervision = new Supervision(DAY_MS);
    expect(supervision.hasBeenHeard).toBe(false);
    expect(supervision.isOverdue(at(THEN_MS, 9 * DAY_MS))).toBe(false);
    expect(supervision.saved(at(THEN_MS, 0))).toBeUndefined();
  });

  it("counts on the monotonic clock, whatever the wall clock does", () => {
    const supervision = new Supervision(DAY_MS);
    supervision.hear(at(THEN_MS, 1_000));
    expect(supervision.isOverdue(at(THEN_MS + 900 * DAY_MS, DAY_MS + 999))).toBe(false);
    expect(supervision.isOverdue(at(0, DAY_MS + 1_000, "doubtful"))).toBe(true);
  });

  it("goes on after a restart where it was, however often that happens", () => {
    let saved = { wallMs: THEN_MS, isWallTrusted: true, remainingMs: DAY_MS };
    for (let restart = 1; restart <= 5; restart += 1) {
      const supervision = new Supervision(DAY_MS);
      supervision.remember(saved, at(THEN_MS + restart * HOUR_MS, 0));
      expect(supervision.isOverdue(at(THEN_MS, DAY_MS - restart * HOUR_MS - 1))).toBe(false);
      expect(supervision.isOverdue(at(THEN_MS, DAY_MS - restart * HOUR_MS))).toBe(true);
      saved = supervision.saved(at(THEN_MS + restart * HOUR_MS, 0)) ?? saved;
    }
    expect(saved.remainingMs).toBe(DAY_MS - 5 * HOUR_MS);
  });

  it("takes the wall clock's word as soon as it can be believed", () => {
    const supervision = new Supervision(DAY_MS);
    supervision.remember({ wallMs: THEN_MS, isWallTrusted: true, remainingMs: DAY_MS }, at(0, 0, "doubtful"));
    expect(supervision.isOverdue(at(60_000, 60_000, "doubtful"))).toBe(false);
    supervision.check(at(60_000, 60_000, "doubtful"));
    supervision.check(at(THEN_MS + 3 * DAY_MS, 120_000, "confirmed"));
    expect(supervision.isOverdue(at(THEN_MS + 3 * DAY_MS, 120_000, "confirmed"))).toBe(true);
  });

  it("forgets what it remembered when the button is heard", () => {
    const supervision = new Supervision(DAY_MS);
    supervision.remember({ wallMs: THEN_MS, isWallTrusted: true, remainingMs: DAY_MS }, at(0, 0, "doubtful"));
    supervision.hear(at(10, 10, "doubtful"));
    supervision.check(at(THEN_MS + 3 * DAY_MS, 20, "confirmed"));
    expect(supervision.isOverdue(at(THEN_MS + 3 * DAY_MS, 20, "confirmed"))).toBe(false);
    expect(supervision.saved(at(0, 20))).toEqual({ wallMs: 10, isWallTrusted: false, remainingMs: DAY_MS - 10 });
    supervision.remember({ wallMs: 0, isWallTrusted: true, remainingMs: 1 }, at(DAY_MS, 30));
    expect(supervision.isOverdue(at(DAY_MS, 40))).toBe(false);
  });
});
