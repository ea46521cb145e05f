import { describe, expect, it } from "vitest";

import { judgeTime } from "./measuring-time.ts";

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;
const WITHIN = 30 * MINUTE;

describe("a record's own time", () => {
  it.each([
    ["now, the first of all", 0, undefined, true, "live"],
    ["as old as a live value may be", -WITHIN, undefined, true, "live"],
    ["older than that", -WITHIN - 1, undefined, true, "historic"],
    ["newer than the last", 0, -MINUTE, true, "live"],
    ["the same as the last", -MINUTE, -MINUTE, true, "live"],
    ["fresh, but older than the last", -2 * MINUTE, -MINUTE, true, "historic"],
    ["as far ahead as a clock may be", WITHIN, undefined, true, "live"],
    ["further ahead", WITHIN + 1, undefined, true, "clock-ahead"],
    ["further ahead, and older than the last", WITHIN + 1, WITHIN + 2, true, "historic"],
    ["right again after the station's clock was ahead", 0, 400 * MINUTE, true, "live"],
    ["years ago while our clock is doubtful", -1e9 * 50, undefined, false, "live"],
    ["older than the last while our clock is doubtful", -2 * MINUTE, -MINUTE, false, "historic"],
    ["newer than the last while our clock is doubtful", -MINUTE, -2 * MINUTE, false, "live"],
  ] as const)("%s", (_, measured, latest, isClockConfident, verdict) => {
    const latestMs = latest === undefined ? undefined : NOW + latest;
    const time = { measuredAtMs: NOW + measured, nowMs: NOW, isClockConfident, latestMs, liveWithinMs: WITHIN };
    expect(judgeTime(time)).toBe(verdict);
  });
});
