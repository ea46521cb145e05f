import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { selfTest } from "@outpost/wire/site-alarms.ts";
import { expect, it } from "vitest";

import { testOnSchedule } from "./on-schedule.ts";

/** 10:28 in Shanghai. */
const BEFORE = Date.UTC(2026, 10, 25, 2, 28);
const DAY_MS = 86_400_000;

it("each chain is tested at its time, once, one after the other, and again when its days are over", async () => {
  const clock = new ManualClock({ wallMs: BEFORE, monotonicMs: 1_000 });
  const settings = selfTest.parse({ at: "10:30", everyDays: 2 });
  const tested: [string, number][] = [];
  let lastMs: number | undefined;
  const stop = new AbortController();
  const running = testOnSchedule(
    {
      clock,
      log: silentLog,
      plan: () => ({ settings, timeZone: "Asia/Shanghai", ruleIds: ["fire", "call"] }),
      lastMs: () => lastMs,
      noteBegin: (wallMs) => {
        lastMs = wallMs;
      },
      test: async (ruleId) => {
        tested.push([ruleId, clock.now().wallMs - BEFORE]);
        await clock.sleep(1_000);
        return { kind: "refused", ruleId, detail: "the alarm itself stands" };
      },
    },
    stop.signal,
  );
  await clock.advance(90_000);
  expect(tested).toEqual([]);
  await clock.advance(120_000);
  expect(tested.map(([ruleId]) => ruleId)).toEqual(["fire", "call"]);
  // The second began when the first had ended.
  expect((tested[1]?.[1] ?? 0) - (tested[0]?.[1] ?? 0)).toBeGreaterThanOrEqual(1_000);
  await clock.advance(3_600_000);
  expect(tested).toHaveLength(2);
  clock.jumpWall(DAY_MS - 3_600_000);
  await clock.advance(60_000);
  expect(tested).toHaveLength(2);
  clock.jumpWall(DAY_MS);
  await clock.advance(60_000);
  expect(tested).toHaveLength(4);
  stop.abort();
  await running;
});
