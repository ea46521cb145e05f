import type { PoolClient } from "pg";

import { encodeConfidence, instantText, sqlInstant } from "../store/columns.ts";
import type { Content, DeviceStatus } from "./group.ts";
import type { Place } from "./place.ts";

type Measurement = Extract<Content, { kind: "measurement" }>["record"];

interface Latest {
  readonly record: Measurement;
  readonly ordinal: number;
  readonly sequence: number;
}

/**
 * Brings the points of new measurements to their newest value. What counts is the place, epoch before sequence: a
 * replayed backlog, or a batch that another fleet process was quicker with, never overwrites a newer reading.
 *
 * @returns the numbers of the points that changed.
 */
export async function updatePoints(client: PoolClient, places: readonly Place[]): Promise<number[]> {
  const newest = new Map<number, Latest>();
  for (const { fresh, ordinal } of places) {
    for (const { content, sequence } of fresh) {
      if (content.kind !== "measurement") continue;
      const known = newest.get(content.pointNo);
      if (known !== undefined && isBefore({ ordinal, sequence }, known)) continue;
      newest.set(content.pointNo, { record: content.record, ordinal, sequence });
    }
  }
  if (newest.size === 0) return [];
  const sorted = [...newest].toSorted(([a], [b]) => a - b);
  const column = <T>(read: (latest: Latest) => T): T[] => sorted.map(([, latest]) => read(latest));
  const { rows } = await client.query<{ point_no: number }>(
    `update point set value = new.value, bad_reason = new.bad_reason, unit = new.unit,
            occurred_at = ${sqlInstant("new.occurred")}, clock_confidence = new.confidence,
            at_ordinal = new.ordinal, at_sequence = new.sequence
       from unnest($1::int[], $2::int[], $3::bigint[], $4::float8[], $5::text[], $6::text[], $7::text[], $8::smallint[])
            as new (no, ordinal, sequence, value, bad_reason, unit, occurred, confidence)
      where point_no = new.no and (at_ordinal, at_sequence) < (new.ordinal, new.sequence)
     returning point_no`,
    [
      sorted.map(([pointNo]) => pointNo),
      column((latest) => latest.ordinal),
      column((latest) => latest.sequence),
      column((latest) => latest.record.value),
      column((latest) => latest.record.badReason ?? null),
      column((latest) => latest.record.unit),
      column((latest) => instantText(latest.record.occurredAtMs)),
      column((latest) => encodeConfidence(latest.record.clockConfidence)),
    ],
  );
  return rows.map((row) => row.point_no);
}

/**
 * Takes over the state that devices reported just now. Replayed ones say how it was; how it is comes with `reported`.
 *
 * @returns the numbers of the devices that changed.
 */
export async function updateDeviceStates(client: PoolClient, places: readonly Place[]): Promise<number[]> {
  const states = new Map<number, DeviceStatus>();
  for (const { batches, fresh } of places) {
    for (const row of fresh) {
      const { content } = row;
      if (content.kind !== "occurrence" || content.status === undefined) continue;
      const isLive = batches.some((batch) => !batch.isReplay && batch.rows.includes(row));
      if (isLive) states.set(content.deviceNo, content.status);
    }
  }
  if (states.size === 0) return [];
  const sorted = [...states].toSorted(([a], [b]) => a - b);
  const { rows } = await client.query<{ device_no: number }>(
    `update device set state = new.state, reason = new.reason
       from unnest($1::int[], $2::text[], $3::text[]) as new (no, state, reason)
      where device_no = new.no and (device.state, device.reason) is distinct from (new.state, new.reason)
     returning device_no`,
    [
      sorted.map(([deviceNo]) => deviceNo),
      sorted.map(([, { state }]) => state),
      sorted.map(([, { reason }]) => reason),
    ],
  );
  return rows.map((row) => row.device_no);
}

function isBefore(a: { ordinal: number; sequence: number }, b: { ordinal: number; sequence: number }): boolean {
  return a.ordinal < b.ordinal || (a.ordinal === b.ordinal && a.sequence < b.sequence);
}
