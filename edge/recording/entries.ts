import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { MAX_RECORD_BYTES } from "@outpost/wire/batch.ts";
import { streamOf, type AlarmRecord, type NotificationRecord, type WireRecord } from "@outpost/wire/records.ts";

import type { Entry } from "../journal/journal.ts";

type ResultRecord = Extract<WireRecord, { kind: "result" }>;

type Mark = Pick<Entry, "dedupeKey" | "joinsPrevious" | "state">;

/** A device event as the journal keeps it. @param mark  what it is remembered by, where a device may send it again. */
export function eventEntry(event: DeviceEvent, mark: Mark = {}): Entry {
  const record = recordOf(event);
  const body = JSON.stringify(record);
  // Only an occurrence's details have no bound of their own; the place it happened at is worth more than they are.
  if (body.length > MAX_RECORD_BYTES / 4 && record.kind === "occurrence") {
    return { ...entry({ ...record, details: { isTooLarge: true } }, record.deviceId, event.occurredAtMs), ...mark };
  }
  const lane = record.kind === "measurement" ? `${record.deviceId}/${record.pointId}` : record.deviceId;
  const { dedupeKey, joinsPrevious = false, state } = mark;
  return { stream: streamOf(record), recordedAtMs: event.occurredAtMs, body, lane, dedupeKey, joinsPrevious, state };
}

/** A step of an alarm; written twice it is still one record. */
export function alarmEntry(record: AlarmRecord, state: Readonly<Record<string, string | null>>): Entry {
  const dedupeKey = `alarm/${record.occurrenceId}/${record.version}`;
  return { ...entry(record, record.ruleId, record.occurredAtMs), dedupeKey, state };
}

/** Who was told of an alarm; written twice it is still one record. */
export function notificationEntry(record: NotificationRecord, state: Readonly<Record<string, string | null>>): Entry {
  const { occurrenceId, change, version, step = 0, round = 0, reference = "", attempts = 0 } = record;
  const place = `${change}/${version}/${round}.${step}/${reference}/${attempts}`;
  return {
    ...entry(record, record.ruleId, record.occurredAtMs),
    dedupeKey: `notification/${occurrenceId}/${place}`,
    state,
  };
}

/** How a command ended; written twice it is still one record. */
export function resultEntry(record: ResultRecord, state: Readonly<Record<string, string | null>>): Entry {
  return { ...entry(record, record.commandId, record.occurredAtMs), dedupeKey: `result/${record.commandId}`, state };
}

function entry(record: Exclude<WireRecord, { kind: "void" }>, lane: string, recordedAtMs: number): Entry {
  return { stream: streamOf(record), recordedAtMs, body: JSON.stringify(record), lane };
}

function recordOf(event: DeviceEvent): Exclude<WireRecord, { kind: "void" | "alarm" | "notification" | "result" }> {
  // Written out for each: this is run for every reading of every device.
  const { deviceId, occurredAtMs, clockConfidence } = event;
  switch (event.kind) {
    case "measurement": {
      const { pointId, unit, reading } = event;
      if (reading.quality === "good") {
        const { value } = reading;
        return { kind: "measurement", pointId, unit, value, deviceId, occurredAtMs, clockConfidence };
      }
      const badReason = reading.reason;
      return { kind: "measurement", pointId, unit, value: null, badReason, deviceId, occurredAtMs, clockConfidence };
    }
    case "occurrence": {
      const { name, details } = event;
      return { kind: "occurrence", name, details: { ...details }, deviceId, occurredAtMs, clockConfidence };
    }
    case "status": {
      const { state, reason } = event;
      return { kind: "status", state, reason: reason.slice(0, 500), deviceId, occurredAtMs, clockConfidence };
    }
    default:
      return unreachable(event);
  }
}
