import type { AlarmRecord } from "@outpost/wire/records.ts";

/** A step of an alarm, as the engine tells it. */
export function alarmStep(change: AlarmRecord["change"], state: AlarmRecord["state"], version: number): AlarmRecord {
  return {
    kind: "alarm",
    occurrenceId: "a".repeat(32),
    version,
    ruleId: "pressed",
    priority: "critical",
    state,
    suppression: { kind: "none" },
    change,
    message: { zh: "呼叫", en: "Call" },
    value: 1,
    raisedAtMs: 0,
    occurredAtMs: 0,
    clockConfidence: "plausible",
  };
}
