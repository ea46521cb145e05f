import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { MAX_RECORD_BYTES } from "@outpost/wire/batch.ts";
import { streamOf, type AlarmRecord, type WireRecord } from "@outpost/wire/records.ts";

import type { Entry } from "../journal/journal.ts";

type ResultRecord = Extract<WireRecord, { kind: "result" }>;

/** A device event as the journal keeps it. */
export function eventEntry(event: DeviceEvent): Entry {
  const record = recordOf(event);
  const body = JSON.stringify(record);
  // Only an occurrence's details have no bound of their own; the place it happened at is worth more than they are.
  if (body.length > MAX_RECORD_BYTES / 4 && record.kind === "occurrence") {
    return entry({ ...record, details: { isTooLarge: true } }, record.deviceId, event.occurredAtMs);
  }
  const lane = record.kind === "measurement" ? `${record.deviceId}/${record.pointId}` : record.deviceId;
  return { stream: streamOf(record), recordedAtMs: event.occurredAtMs, body, lane };
}

/** A step of an alarm; written twice it is still one record. */
export function alarmEntry(record: AlarmRecord, state: Readonly<Record<string, string | null>>): Entry {
  const dedupeKey = `alarm/${record.occurrenceId}/${record.version}`;
  return { ...entry(record, record.ruleId, record.occurredAtMs), dedupeKey, state };
}

/** How a command ended; written twice it is still one record. */
export function resultEntry(record: ResultRecord, state: Readonly<Record<string, string | null>>): Entry {
  return { ...entry(record, record.commandId, record.occurredAtMs), dedupeKey: `result/${record.commandId}`, state };
}

function entry(record: Exclude<WireRecord, { kind: "void" }>, lane: string, recordedAtMs: number): Entry {
  return { stream: streamOf(record), recordedAtMs, body: JSON.stringify(record), lane };
}

function recordOf(event: DeviceEvent): Exclude<WireRecord, { kind: "void" | "alarm" | "result" }> {
  const { deviceId, occurredAtMs, clockConfidence } = event;
  const common = { deviceId, occurredAtMs, clockConfidence };
  switch (event.kind) {
    case "measurement": {
      const { pointId, unit, reading } = event;
      if (reading.quality === "good") return { kind: "measurement", pointId, unit, value: reading.value, ...common };
      return { kind: "measurement", pointId, unit, value: null, badReason: reading.reason, ...common };
    }
    case "occurrence":
      return { kind: "occurrence", name: event.name, details: { ...event.details }, ...common };
    case "status":
      return { kind: "status", state: event.state, reason: event.reason.slice(0, 500), ...common };
    default:
      return unreachable(event);
  }
}
