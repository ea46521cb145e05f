import type { Clock } from "@outpost/kernel/clock.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";

import { arm, remaining, type PersistedDeadline } from "../timekeeping/persisted-deadline.ts";
import { nextDueMs, startCondition, type ConditionState } from "./condition.ts";
import { NEVER_RAISED, type AlarmLife } from "./life/alarm-life.ts";
import { encodeAlarm, restoreShelfEnd, type PersistedAlarm } from "./life/persisted-alarm.ts";
import type { Rule } from "./rule.ts";

/** One rule and how its alarm stands. Due times are monotonic. */
export interface Watched {
  rule: Rule;
  condition: ConditionState;
  life: AlarmLife;
  delay: PersistedDeadline | undefined;
  shelf: { readonly end: PersistedDeadline; readonly dueMs: number } | undefined;
  plan:
    | {
        readonly start: PersistedDeadline;
        readonly dueMs: number;
        readonly end: PersistedDeadline;
        readonly endDueMs: number;
      }
    | undefined;
  last: AlarmRecord | undefined;
  /** The state row as it was last handed to the journal. */
  written: string | null;
}

/** A rule that nothing has happened to yet. */
export function startWatching(rule: Rule, nowMs: number): Watched {
  return {
    rule,
    condition: startCondition(rule, nowMs),
    life: { ...NEVER_RAISED, outOfService: rule.outOfService },
    delay: undefined,
    shelf: undefined,
    plan: undefined,
    last: undefined,
    written: null,
  };
}

/** Its state row; null where there is nothing worth remembering. */
export function rowOf({ life, condition, delay, shelf, plan, last }: Watched): string | null {
  const phase = condition.phase.kind;
  return encodeAlarm({
    life,
    phase,
    delay,
    shelfEnd: shelf?.end,
    planStart: plan?.start,
    planEnd: plan?.end,
    last,
  });
}

/**
 * Takes up the shelf and the plan of one from before a restart. A plan whose beginning nobody can tell any more is not
 * taken up: to hide an alarm that should be seen is the worse fault.
 */
export function restoreTimers(watched: Watched, alarm: PersistedAlarm, clock: Clock, bootId: string): void {
  const now = clock.now();
  if (alarm.life.shelf !== undefined) {
    const dueMs = restoreShelfEnd(alarm, now, bootId);
    watched.shelf = { end: alarm.shelfEnd ?? arm(clock, bootId, 0), dueMs };
  }
  const { planStart: start, planEnd: end } = alarm;
  if (alarm.life.plan === undefined || start === undefined || end === undefined) return;
  const startsIn = remaining(start, now, bootId);
  const endsIn = remaining(end, now, bootId);
  if (startsIn.kind === "unknown" || endsIn.kind === "unknown") return;
  const dueMs = now.monotonicMs + startsIn.ms;
  watched.plan = { start, dueMs, end, endDueMs: now.monotonicMs + endsIn.ms };
}

/** When time alone may change any of them: monotonic, or infinity. */
export function earliestDueMs(all: Iterable<Watched>): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { rule, condition, shelf, plan } of all) {
    const due = [nextDueMs(rule, condition), shelf?.dueMs, plan?.dueMs];
    for (const dueMs of due) earliest = Math.min(earliest, dueMs ?? earliest);
  }
  return earliest;
}

/** What a flood of alarms would be about: the group, else the device, else the gateway. */
export function floodSource({ group, source }: Rule): string {
  return group ?? source?.deviceId ?? "gateway";
}
