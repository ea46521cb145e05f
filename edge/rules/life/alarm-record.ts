import type { Instant } from "@outpost/kernel/clock.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";

import type { Rule } from "../rule.ts";
import { suppressionOf, type AlarmLife, type AlarmStep } from "./alarm-life.ts";

/**
 * One step of an alarm as the journal, the fleet and the page get it.
 *
 * @param value  what raised or cleared it, where the rule watches a value.
 * @returns undefined where the step has nothing to tell.
 */
export function alarmRecordOf(
  rule: Pick<Rule, "id" | "priority" | "message" | "source" | "group" | "isTest">,
  step: Pick<AlarmStep, "life" | "report">,
  at: Instant,
  value: number | null,
): AlarmRecord | undefined {
  const { life, report } = step;
  if (report === undefined || life.occurrenceId === undefined) return undefined;
  return {
    kind: "alarm",
    occurrenceId: life.occurrenceId,
    version: life.version,
    ruleId: rule.id,
    ...(rule.source === undefined ? {} : { deviceId: rule.source.deviceId }),
    ...(rule.source?.pointId === undefined ? {} : { pointId: rule.source.pointId }),
    priority: rule.priority,
    state: life.state,
    suppression: suppressionOf(life),
    change: report.change,
    message: rule.message,
    value,
    ...(report.actor === undefined ? {} : { actor: report.actor }),
    ...(report.note === undefined ? {} : { note: report.note }),
    ...(rule.group === undefined ? {} : { group: rule.group }),
    ...(life.isFirstOut ? { isFirstOut: true } : {}),
    ...(life.flood === undefined ? {} : { flood: life.flood }),
    ...(rule.isTest === true ? { isTest: true } : {}),
    raisedAtMs: life.raisedAtMs,
    occurredAtMs: at.wallMs,
    clockConfidence: at.confidence,
  };
}

/** Whether a person must still be shown the occurrence. */
export function isStanding(life: AlarmLife): boolean {
  return life.state !== "normal";
}
