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
    plan: z.object({ by: z.string(), reason: z.string(), fromMs: wallTimeMs, untilMs: wallTimeMs }).optional(),
    takenOut: z.object({ by: z.string(), reason: z.string() }).optional(),
    isFirstOut: z.boolean().optional(),
    flood: z.string().optional(),
  }),
  phase: z.enum(["off", "arming", "on", "leaving"]),
  /** Of the on-delay or off-delay that runs. */
  delay: persistedDeadline.optional(),
  shelfEnd: persistedDeadline.optional(),
  /** Of a planned shelf. */
  planStart: persistedDeadline.optional(),
  planEnd: persistedDeadline.optional(),
  /** The newest step, so that an occurrence can be ended even when its rule is gone. */
  last: alarmRecord.optional(),
});

/** An alarm as it is written down with each of its steps. */
export interface PersistedAlarm {
  readonly life: AlarmLife;
  readonly phase: Phase["kind"];
  readonly delay: PersistedDeadline | undefined;
  readonly shelfEnd: PersistedDeadline | undefined;
  readonly planStart?: PersistedDeadline | undefined;
  readonly planEnd?: PersistedDeadline | undefined;
  readonly last: AlarmRecord | undefined;
}

/** @returns the row's text, or null where there is nothing worth remembering and the row shall go. */
export function encodeAlarm(alarm: PersistedAlarm): string | null {
  const { design: _, outOfService: __, ...life } = alarm.life;
  const { shelf, plan, takenOut } = life;
  const isPersonsWord = shelf !== undefined || plan !== undefined || takenOut !== undefined;
  if (life.state === "normal" && alarm.phase === "off" && !isPersonsWord) return null;
  // What suppresses by design or by site file follows from the site file again; the rest is a person's word.
  const { phase, delay, shelfEnd, planStart, planEnd, last } = alarm;
  return JSON.stringify({ v: 1, life, phase, delay, shelfEnd, planStart, planEnd, last });
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
  const { life, phase, delay, shelfEnd, planStart, planEnd, last } = checked.data;
  const { occurrenceId, shelf, plan, takenOut, isFirstOut = false, flood } = life;
  const persons = { shelf, plan, takenOut };
  return {
    life: { ...life, occurrenceId, ...persons, isFirstOut, flood, design: undefined, outOfService: undefined },
    phase,
    delay,
    shelfEnd,
    planStart,
    planEnd,
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

/** The last step of an occurrence that is not taken up after a restart; undefined where nobody is shown it any more. */
export function endingOf(alarm: PersistedAlarm | undefined, now: Instant): AlarmRecord | undefined {
  if (alarm?.last === undefined || alarm.life.state === "normal") return undefined;
  const { actor: _, ...kept } = alarm.last;
  return {
    ...kept,
    version: alarm.life.version + 1,
    state: "normal",
    change: "cleared",
    note: "it was not taken up again after a restart",
    occurredAtMs: now.wallMs,
    clockConfidence: now.confidence,
  };
}

/** When a restored shelf ends, monotonic. Where nobody can say, now: hiding an alarm too long is the worse fault. */
export function restoreShelfEnd(alarm: PersistedAlarm, now: Instant, bootId: string): number {
  const left = alarm.shelfEnd === undefined ? undefined : remaining(alarm.shelfEnd, now, bootId);
  return left?.kind === "known" ? now.monotonicMs + left.ms : now.monotonicMs;
}
