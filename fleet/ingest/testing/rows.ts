import type { BatchRow } from "@outpost/wire/batch.ts";

/** Rows as a journal would hold them. The recorded time grows with the sequence unless one is given. */
export const RECORDED_FROM_MS = Date.UTC(2026, 10, 23, 8);

function row(sequence: number, record: object, recordedAtMs = RECORDED_FROM_MS + sequence): BatchRow {
  return { sequence, recordedAtMs, body: JSON.stringify(record) };
}

const when = { occurredAtMs: RECORDED_FROM_MS, clockConfidence: "plausible" };

export function measurementRow(
  sequence: number,
  value: number | null,
  pointId = "level",
  recordedAtMs?: number,
): BatchRow {
  const bad = value === null ? { badReason: "timeout" } : {};
  const occurredAtMs = RECORDED_FROM_MS + sequence;
  return row(
    sequence,
    { kind: "measurement", deviceId: "pump-1", pointId, unit: "m", value, ...bad, ...when, occurredAtMs },
    recordedAtMs,
  );
}

export function occurrenceRow(sequence: number, details: object = {}, recordedAtMs?: number): BatchRow {
  return row(sequence, { kind: "occurrence", deviceId: "pump-1", name: "door.forced", details, ...when }, recordedAtMs);
}

export function statusRow(sequence: number, state: "online" | "offline" | "fault"): BatchRow {
  return row(sequence, { kind: "status", deviceId: "pump-1", state, reason: `now ${state}`, ...when });
}

export function alarm(occurrenceId: string, version: number, state = "active-unacknowledged"): object {
  return {
    kind: "alarm",
    occurrenceId,
    version,
    ruleId: "level-high",
    deviceId: "pump-1",
    pointId: "level",
    priority: "high",
    state,
    suppression: { kind: "none" },
    change: version === 1 ? "raised" : "acknowledged",
    message: { zh: "液位高", en: "Level high" },
    value: 3.5,
    raisedAtMs: RECORDED_FROM_MS,
    ...when,
  };
}

export function alarmRow(sequence: number, occurrenceId: string, version: number, state?: string): BatchRow {
  return row(sequence, alarm(occurrenceId, version, state));
}

export function resultRow(sequence: number, commandId: string): BatchRow {
  return row(sequence, {
    kind: "result",
    commandId,
    actor: "wang",
    outcome: "done",
    detail: "",
    before: 0,
    after: 1,
    ...when,
  });
}

export function voidRow(sequence: number, throughSequence: number, recordedAtMs?: number): BatchRow {
  const count = throughSequence - sequence + 1;
  return row(sequence, { kind: "void", throughSequence, count, reason: "thinned" }, recordedAtMs);
}
