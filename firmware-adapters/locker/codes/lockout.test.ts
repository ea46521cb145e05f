import { describe, expect, it } from "vitest";

import { afterWrongCode, lockedForMs, lockoutFrom, lockoutRow, noLockout } from "./lockout.ts";

const HOUR_MS = 3_600_000;

function after(wrong: number, nowMs = 0) {
  let state = noLockout(0);
  for (let turn = 0; turn < wrong; turn += 1) state = afterWrongCode(state, nowMs);
  return state;
}

describe("wrong codes", () => {
  it.each([
    [4, 0],
    [5, 30_000],
    [6, 60_000],
    [7, 120_000],
    [11, 1_920_000],
    [12, HOUR_MS],
    [40, HOUR_MS],
  ])("%i of them lock for %i ms", (wrong, lockMs) => {
    expect(lockedForMs(after(wrong), 0)).toBe(lockMs);
  });

  it("are forgiven one an hour", () => {
    expect(afterWrongCode(after(5), HOUR_MS - 1).wrong).toBe(6);
    expect(afterWrongCode(after(5), HOUR_MS).wrong).toBe(5);
    expect(afterWrongCode(after(5), 24 * HOUR_MS).wrong).toBe(1);
  });

  it("are remembered over a restart, whatever the monotonic clock says then", () => {
    const row = lockoutRow(after(7), { wallMs: 1_000_000, monotonicMs: 0, confidence: "plausible" });
    const soon = lockoutFrom(row, { wallMs: 1_050_000, monotonicMs: 9, confidence: "plausible" });
    expect(lockedForMs(soon, 9)).toBe(70_000);
    expect(afterWrongCode(soon, 9).wrong).toBe(8);
    const later = lockoutFrom(row, { wallMs: 1_000_000 + HOUR_MS, monotonicMs: 9, confidence: "plausible" });
    expect(lockedForMs(later, 9)).toBe(0);
  });

  it("are held in full where nobody knows how much time has passed, or what the row says", () => {
    const row = lockoutRow(after(7), { wallMs: 1_000_000, monotonicMs: 0, confidence: "plausible" });
    const doubtful = { wallMs: 99_000_000, monotonicMs: 0, confidence: "doubtful" };
    expect(lockedForMs(lockoutFrom(row, doubtful), 0)).toBe(120_000);
    expect(lockedForMs(lockoutFrom(row, { ...doubtful, wallMs: 0, confidence: "plausible" }), 0)).toBe(120_000);
    expect(lockedForMs(lockoutFrom("{", doubtful), 0)).toBe(HOUR_MS);
    expect(lockedForMs(lockoutFrom(undefined, doubtful), 0)).toBe(0);
  });
});
