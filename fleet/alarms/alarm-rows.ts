import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { Pool, PoolClient } from "pg";

import { encodeConfidence, instantText, sqlInstant } from "../store/columns.ts";

/** One version of an alarm and the gateway that wrote it. */
export interface AlarmVersion {
  readonly gatewayNo: number;
  readonly record: AlarmRecord;
}

const KEEP_NEWEST = `
insert into alarm (occurrence_id, gateway_no, version, rule_id, device_id, point_id, priority, state, suppression, change,
                   message, value, actor, note, raised_at, occurred_at, clock_confidence, marks)
select id, gateway, version, rule, device, point, priority, state, suppression, change, message, value, actor, note,
       ${sqlInstant("raised")}, ${sqlInstant("occurred")}, confidence, marks
  from jsonb_to_recordset($1::jsonb) as given (
    id text, gateway int, version int, rule text, device text, point text, priority text, state text, suppression jsonb,
    change text, message jsonb, value float8, actor text, note text, raised text, occurred text, confidence smallint,
    marks jsonb)
 order by id
    on conflict (occurrence_id) do update set
       version = excluded.version, rule_id = excluded.rule_id, device_id = excluded.device_id,
       point_id = excluded.point_id, priority = excluded.priority, state = excluded.state,
       suppression = excluded.suppression, change = excluded.change, message = excluded.message, value = excluded.value,
       actor = excluded.actor, note = excluded.note, raised_at = excluded.raised_at, occurred_at = excluded.occurred_at,
       clock_confidence = excluded.clock_confidence, marks = excluded.marks
 where alarm.gateway_no = excluded.gateway_no and excluded.version > alarm.version
returning occurrence_id`;

/**
 * Keeps the highest version of each occurrence, in whatever order they come and however often. Another gateway's
 * occurrence is never touched.
 *
 * @returns the occurrence ids that now stand differently.
 */
export async function keepNewestAlarms(db: Pool | PoolClient, versions: readonly AlarmVersion[]): Promise<string[]> {
  const newest = new Map<string, AlarmVersion>();
  for (const one of versions) {
    const known = newest.get(one.record.occurrenceId);
    if (known === undefined || known.record.version < one.record.version) newest.set(one.record.occurrenceId, one);
  }
  if (newest.size === 0) return [];
  const { rows } = await db.query<{ occurrence_id: string }>(KEEP_NEWEST, [
    JSON.stringify([...newest.values()].map(rowOf)),
  ]);
  return rows.map((row) => row.occurrence_id);
}

function rowOf({ gatewayNo, record }: AlarmVersion): object {
  return {
    id: record.occurrenceId,
    gateway: gatewayNo,
    version: record.version,
    rule: record.ruleId,
    device: record.deviceId,
    point: record.pointId,
    priority: record.priority,
    state: record.state,
    suppression: record.suppression,
    change: record.change,
    message: record.message,
    value: record.value,
    actor: record.actor,
    note: record.note,
    raised: instantText(record.raisedAtMs),
    occurred: instantText(record.occurredAtMs),
    confidence: encodeConfidence(record.clockConfidence),
    marks: marksOf(record),
  };
}

/** What is true of it beside its life; null where nothing is. */
function marksOf({ group, isFirstOut, flood, isTest }: AlarmRecord): object | null {
  const marks = { group, isFirstOut, flood, isTest };
  return Object.values(marks).some((mark) => mark !== undefined) ? marks : null;
}
