import { describe, expect, it } from "vitest";

import { ago, dayAndTime, quantity, shortTime, timeOfDay, zoneLabel, zoneOffsetMs } from "./format.ts";
import { parseLanguage } from "./language.ts";

/** 2026-03-29 00:59:58 UTC: two seconds before clocks change in Berlin. */
const INSTANT = Date.UTC(2026, 2, 29, 0, 59, 58);
const HOUR = 3_600_000;

describe("times", () => {
  it("are written in the site's zone, not the reader's", () => {
    expect(timeOfDay(INSTANT, { language: "zh", zone: "Asia/Shanghai" })).toBe("08:59:58");
    expect(timeOfDay(INSTANT, { language: "en", zone: "America/Lima" })).toBe("19:59:58");
    expect(dayAndTime(INSTANT, { language: "zh", zone: "Asia/Shanghai" })).toBe("2026/03/29 08:59:58");
  });

  it("say so where the zone is not one the browser knows", () => {
    expect(timeOfDay(INSTANT, { language: "en", zone: "Moon/Tycho" })).toBe("00:59:58 UTC");
  });

  it("of another day carry the day", () => {
    const site = { language: "zh", zone: "Asia/Shanghai" } as const;
    expect(shortTime(INSTANT, INSTANT + HOUR, site)).toBe("08:59:58");
    expect(shortTime(INSTANT, INSTANT + 48 * HOUR, site)).toBe("03/29 08:59");
  });

  it("midnight is 00, never 24", () => {
    expect(timeOfDay(Date.UTC(2026, 0, 1, 16), { language: "zh", zone: "Asia/Shanghai" })).toBe("00:00:00");
  });
});

describe("zone offsets", () => {
  it.each([
    ["Asia/Shanghai", 8 * HOUR],
    ["Asia/Kolkata", 5.5 * HOUR],
    ["America/Lima", -5 * HOUR],
    ["Moon/Tycho", 0],
  ])("%s is ahead of UTC by %d ms", (zone, offsetMs) => {
    expect(zoneOffsetMs(INSTANT, zone)).toBe(offsetMs);
    expect(zoneOffsetMs(INSTANT + 1, zone)).toBe(offsetMs);
  });

  it("follow summer time", () => {
    expect(zoneOffsetMs(INSTANT, "Europe/Berlin")).toBe(HOUR);
    expect(zoneOffsetMs(INSTANT + 2_000, "Europe/Berlin")).toBe(2 * HOUR);
  });

  it("have a name", () => {
    expect(zoneLabel(INSTANT, "Asia/Shanghai")).toBe("GMT+8");
  });
});

describe("quantities", () => {
  it.each([
    [1, "m", "1.00"],
    [3.2001, "m", "3.20"],
    [164, "L/s", "164.0"],
    [18_211, "", "18,211"],
    [0.4821, "", "0.482"],
    [41.52, "", "41.5"],
    [1204.4, "", "1,204"],
  ])("%d %s is written %s", (value, unit, text) => {
    expect(quantity(value, "zh", unit)).toBe(text);
  });
});

describe("how long ago", () => {
  it.each([
    [400, "0秒前", "0 sec ago"],
    [59_000, "59秒前", "59 sec ago"],
    [60_000, "1分钟前", "1 min ago"],
    [3 * HOUR, "3小时前", "3 hr ago"],
    [50 * HOUR, "2天前", "2 days ago"],
    [-5_000, "0秒前", "0 sec ago"],
  ])("%d ms", (elapsedMs, zh, en) => {
    expect(ago(elapsedMs, "zh")).toBe(zh);
    expect(ago(elapsedMs, "en")).toBe(en);
  });
});

describe("the language", () => {
  it("is Chinese unless English was chosen", () => {
    expect([null, "", "fr", "zh", "en"].map(parseLanguage)).toEqual(["zh", "zh", "zh", "zh", "en"]);
  });
});
