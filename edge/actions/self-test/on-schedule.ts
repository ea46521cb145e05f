import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { SelfTestSettings } from "@outpost/wire/site-alarms.ts";

import { isTestDue } from "./schedule.ts";
import type { SelfTestResult } from "./self-tests.ts";

/** Also how long devices have after a start before anything is tested. */
const LOOK_EVERY_MS = 30_000;

export interface ScheduleDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** What the site says now: when, and which chains. Undefined: people test by themselves. */
  plan():
    | { readonly settings: SelfTestSettings; readonly timeZone: string; readonly ruleIds: readonly string[] }
    | undefined;
  /** Wall time of the last test; undefined where there was none. */
  lastMs(): number | undefined;
  /** Writes down that a test begins now, before the first siren: who restarts in the middle does not begin again. */
  noteBegin(wallMs: number): void;
  test(ruleId: string, signal: AbortSignal): Promise<SelfTestResult>;
}

/** Tests the site's chains at their time, one after the other, until `signal` aborts. */
export async function testOnSchedule(deps: ScheduleDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps;
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    const plan = deps.plan();
    const now = clock.now();
    if (plan === undefined || !isTestDue(plan.settings, plan.timeZone, deps.lastMs(), now)) continue;
    deps.noteBegin(now.wallMs);
    for (const ruleId of plan.ruleIds) {
      if (signal.aborted) return;
      const result = await deps.test(ruleId, signal);
      if (result.kind === "refused") log.warn("self-test not made", { rule: ruleId, detail: result.detail });
    }
  }
}
