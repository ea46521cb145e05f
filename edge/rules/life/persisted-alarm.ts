import type { Instant } from "@outpost/kernel/clock.ts";
import { hex128, wallTimeMs } from "@outpost/wire/identifiers.ts";
import { alarmRecord, alarmState, type AlarmRecord } from "@outpost/wire/records.ts";
import { z } from "zod";

import { persistedDeadline, remaining, type PersistedDeadline } from "../../timekeeping/persisted-deadline.ts";
import type { Phase } from "../condition.ts";
import type { Rule } from "../rule.ts";
import type { AlarmLife } from "./alarm-life.ts";

/** The journal's state rows of alarms begin so; the rule's id follows. */
export const ALARM_STATE_PREFIX = "alarm/";

const persistedAlarm = z.object({
  v: z.literal(1),
  life: z.object({
    state: alarmState,
    occurrenceId: hex128.optional(),
    version: z.int().min(0),
    isConditionOn: z.boolean(),
    raisedAtMs: wallTimeMs,
    shelf: z.object({ by: z.string(), reason: z.string(), untilMs: wallTimeMs }).optional(),
  }),
  phase: z.enum(["off", "arming", "on", "leaving"]),
  /** Of the on-delay or off-delay that runs. */
  delay: persistedDeadline.optional(),
  shelfEnd: persistedDeadline.optional(),
  /** The newest step, so that an occurrence can be ended even when its rule is gone. */
  last: alarmRecord.optional(),
});

/** An alarm as it is written down with each of its steps. */
export interface PersistedAlarm {
  readonly life: AlarmLife;
  readonly phase: Phase["kind"];
  readonly delay: PersistedDeadline | undefined;
  readonly shelfEnd: PersistedDeadline | undefined;
  readonly last: AlarmRecord | undefined;
}

/** @returns the row's text, or null where there is nothing worth remembering and the row shall go. */
export function encodeAlarm(alarm: PersistedAlarm): string | null {
  const { state, occurrenceId, version, isConditionOn, raisedAtMs, shelf } = alarm.life;
  if (state === "normal" && alarm.phase === "off" && shelf === undefined) return null;
  // What suppresses by design or by site file follows from the site file again; only the shelf is a person's word.
  const life = { state, occurrenceId, version, isConditionOn, raisedAtMs, shelf };
  const { phase, delay, shelfEnd, last } = alarm;
  return JSON.stringify({ v: 1, life, phase, delay, shelfEnd, last });
}

/** @returns undefined where the row is not one of ours. */
export function parseAlarm(row: string): PersistedAlarm | undefined {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    return undefined;
  }
  const checked = persistedAlarm.safeParse(value);
  if (!checked.success) return undefined;
  const { life, phase, delay, shelfEnd, last } = checked.data;
  const { occurrenceId, shelf } = life;
  return {
    life: { ...life, occurrenceId, shelf, design: undefined, outOfService: undefined },
    phase,
    delay,
    shelfEnd,
    last,
  };
}

/**
 * Where a restored condition goes on, with its deadline on this boot's monotonic clock.
 *
 * An on-delay that passed meanwhile is due at once. Where nobody can say how long the gateway was away, a critical alarm
 * is due at once too, and any other waits its whole delay again.
 *
 * @returns the phase, and whether an on-delay is over: the alarm is then raised without waiting for a reading.
 */
export function restorePhase(
  rule: Pick<Rule, "priority" | "onDelayMs" | "offDelayMs">,
  alarm: PersistedAlarm,
  now: Instant,
  bootId: string,
): { readonly phase: Phase; readonly isOverdue: boolean } {
  if (alarm.phase === "off" || alarm.phase === "on") return { phase: { kind: alarm.phase }, isOverdue: false };
  const isArming = alarm.phase === "arming";
  const left = alarm.delay === undefined ? { kind: "unknown" as const } : remaining(alarm.delay, now, bootId);
  if (left.kind === "known") {
    const phase = { kind: alarm.phase, dueMs: now.monotonicMs + left.ms };
    return { phase, isOverdue: isArming && left.ms === 0 };
  }
  if (isArming && rule.priority === "critical") {
    return { phase: { kind: "arming", dueMs: now.monotonicMs }, isOverdue: true };
  }
  const delayMs = isArming ? rule.onDelayMs : rule.offDelayMs;
  return { phase: { kind: alarm.phase, dueMs: now.monotonicMs + delayMs }, isOverdue: false };
}

/** When a restored shelf ends, monotonic. Where nobody can say, now: hiding an alarm too long is the worse fault. */
export function restoreShelfEnd(alarm: PersistedAlarm, now: Instant, bootId: string): number {
  const left = alarm.shelfEnd === undefined ? undefined : remaining(alarm.shelfEnd, now, bootId);
  return left?.kind === "known" ? now.monotonicMs + left.ms : now.monotonicMs;
}
