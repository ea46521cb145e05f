import { describe, expect, it } from "vitest";

import { beginOf, dayIn, daysBetween, MAX_SPAN_DAYS, stretchOf, type SpanChoice } from "./span.ts";

const SHANGHAI = "Asia/Shanghai";
/** Half past midnight of the 25th in Shanghai. */
const NOW_MS = Date.UTC(2026, 10, 24, 16, 30);

const days = (from: string, through: string): SpanChoice => ({ name: "days", from, through });

describe("days of a site", () => {
  it.each([
    [SHANGHAI, NOW_MS, "2026-11-25"],
    ["UTC", NOW_MS, "2026-11-24"],
    ["America/New_York", NOW_MS, "2026-11-24"],
  ])("in %s", (zone, ms, day) => {
    expect(dayIn(ms, zone)).toBe(day);
  });

  it.each([
    ["2026-11-25", SHANGHAI, Date.UTC(2026, 10, 24, 16)],
    ["2026-03-29", "Europe/Berlin", Date.UTC(2026, 2, 28, 23)],
    ["2026-03-30", "Europe/Berlin", Date.UTC(2026, 2, 29, 22)],
    ["2026-10-26", "Europe/Berlin", Date.UTC(2026, 9, 25, 23)],
    ["", SHANGHAI, undefined],
    ["2026-13-01", SHANGHAI, undefined],
    ["yesterday", SHANGHAI, undefined],
  ])("%s in %s begins when its clocks say so", (day, zone, ms) => {
    expect(beginOf(day, zone)).toBe(ms);
  });

  it("follow one another without a hole", () => {
    expect(daysBetween("2026-02-27", "2026-03-02")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
    expect(daysBetween("2026-03-02", "2026-02-27")).toEqual([]);
  });
});

describe("a span", () => {
  it.each([
    ["today", Date.UTC(2026, 10, 24, 16)],
    ["week", Date.UTC(2026, 10, 18, 16)],
    ["month", Date.UTC(2026, 9, 25, 16)],
  ] as const)("of %s begins at midnight and lasts until now", (name, fromMs) => {
    expect(stretchOf({ name, from: "", through: "" }, NOW_MS, SHANGHAI)).toEqual({ fromMs, toMs: undefined });
  });

  it("of chosen days takes both in", () => {
    expect(stretchOf(days("2026-11-01", "2026-11-02"), NOW_MS, SHANGHAI)).toEqual({
      fromMs: Date.UTC(2026, 9, 31, 16),
      toMs: Date.UTC(2026, 10, 2, 16),
    });
    expect(stretchOf(days("2026-03-29", "2026-03-29"), NOW_MS, "Europe/Berlin")).toEqual({
      fromMs: Date.UTC(2026, 2, 28, 23),
      toMs: Date.UTC(2026, 2, 29, 22),
    });
  });

  it("of days that make no sense is none", () => {
    expect(stretchOf(days("2026-11-02", "2026-11-01"), NOW_MS, SHANGHAI)).toBeUndefined();
    expect(stretchOf(days("", "2026-11-01"), NOW_MS, SHANGHAI)).toBeUndefined();
    const last = new Date(Date.UTC(2026, 0, 1) + (MAX_SPAN_DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
    const beyond = new Date(Date.UTC(2026, 0, 1) + MAX_SPAN_DAYS * 86_400_000).toISOString().slice(0, 10);
    expect(stretchOf(days("2026-01-01", last), NOW_MS, SHANGHAI)).toBeDefined();
    expect(stretchOf(days("2026-01-01", beyond), NOW_MS, SHANGHAI)).toBeUndefined();
  });
});
