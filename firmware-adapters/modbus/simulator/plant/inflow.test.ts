import { describe, expect, it } from "vitest";

import { dryWeatherInflowLps, stormInflowLps } from "./inflow.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe("dry weather", () => {
  it("flows most in the morning, least before dawn, and the same every day", () => {
    const byHour = Array.from({ length: 24 }, (_, hour) => dryWeatherInflowLps(hour * HOUR_MS));
    expect(byHour.indexOf(Math.max(...byHour))).toBe(9);
    expect(byHour.indexOf(Math.min(...byHour))).toBe(2);
    expect(Math.min(...byHour)).toBeGreaterThan(5);
    expect(Math.max(...byHour)).toBeLessThan(20);
    expect(dryWeatherInflowLps(9 * HOUR_MS + 72 * HOUR_MS)).toBeCloseTo(byHour[9] ?? 0, 9);
  });
});

describe("a storm", () => {
  const storm = { startedAtMs: HOUR_MS, lengthMs: 30 * MINUTE_MS };

  it.each([
    ["before", -1, 0],
    ["half a minute in", 0.5, 150],
    ["a minute in", 1, 300],
    ["at half time", 15, 300],
    ["at three quarters", 22.5, 150],
    ["at its end", 30, 0],
    ["after", 31, 0],
  ])("%s", (_, minutes, lps) => {
    expect(stormInflowLps(storm, HOUR_MS + minutes * MINUTE_MS)).toBeCloseTo(lps, 6);
  });

  it("of a minute still has its peak", () => {
    expect(stormInflowLps({ startedAtMs: 0, lengthMs: MINUTE_MS }, MINUTE_MS / 2)).toBe(300);
  });
});
