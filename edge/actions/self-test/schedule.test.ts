import { expect, it } from "vitest";

import { isTestDue } from "./schedule.ts";

const WEEKLY = { at: "10:30", everyDays: 7 };
/** 10:30 in Shanghai on 25 November 2026. */
const AT = Date.UTC(2026, 10, 25, 2, 30);
const DAY = 86_400_000;

it.each<[string, number, number | undefined, boolean]>([
  ["never tested before", AT, undefined, true],
  ["a minute too early", AT - 60_000, undefined, false],
  ["an hour later is too late", AT + 3_600_000, undefined, false],
  ["within the hour", AT + 3_540_000, undefined, true],
  ["a week after the last", AT, AT - 7 * DAY, true],
  ["the last one ran late", AT, AT - 7 * DAY + 3_000_000, true],
  ["six days after the last", AT, AT - 6 * DAY, false],
  ["a minute after the last", AT + 60_000, AT, false],
  ["the clock was set back since", AT, AT + 400 * DAY, true],
])("%s", (_, wallMs, lastMs, expected) => {
  expect(isTestDue(WEEKLY, "Asia/Shanghai", lastMs, { wallMs, confidence: "plausible" })).toBe(expected);
  expect(isTestDue(WEEKLY, "Asia/Shanghai", lastMs, { wallMs, confidence: "doubtful" })).toBe(false);
});
