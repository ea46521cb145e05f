import type { Pool } from "pg";

import { decodeConfidence, instantText, sqlInstant, sqlMs } from "../../store/columns.ts";
import type { PointHistory, PointLatest } from "../schemas.ts";

interface PointRow {
  readonly gateway_id: string;
  readonly device_id: string;
  readonly point_id: string;
  readonly name: PointLatest["name"];
  readonly unit: string;
  readonly writable: PointLatest["writable"];
  readonly value: number | null;
  readonly bad_reason: string | null;
  readonly occurred_at_ms: number | null;
  readonly clock_confidence: number | null;
}

const SELECT = `select gateway_id, device_id, point_id, point.name, unit, writable, value, bad_reason,
  ${sqlMs("occurred_at")} as occurred_at_ms, clock_confidence
  from point join device using (device_no) join gateway using (gateway_no)`;

/** The points of a device with their newest readings; undefined where there is no such device. */
export async function readPoints(pool: Pool, gatewayId: string, deviceId: string): Promise<PointLatest[] | undefined> {
  const { rows } = await pool.query<PointRow>(`${SELECT} where gateway_id = $1 and device_id = $2 order by point_id`, [
    gatewayId,
    deviceId,
  ]);
  if (rows.length > 0) return rows.map(pointOf);
  const { rowCount } = await pool.query(
    "select from device join gateway using (gateway_no) where gateway_id = $1 and device_id = $2",
    [gatewayId, deviceId],
  );
  return rowCount === 0 ? undefined : [];
}

/** The points with these numbers. */
export async function readPointsByNumber(pool: Pool, pointNos: readonly number[]): Promise<PointLatest[]> {
  const { rows } = await pool.query<PointRow>(`${SELECT} where point_no = any($1)`, [pointNos]);
  return rows.map(pointOf);
}

interface BucketRow {
  readonly place: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly average: number | null;
  readonly good_count: number;
  readonly bad_count: number;
  readonly bad_reason: string | null;
}

export interface HistoryQuery {
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly pointId: string;
  /** Included. */
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
  readonly maxPoints: number;
}

/**
 * A point's readings by the time they were taken, in at most `maxPoints` buckets of equal width. Undefined where there
 * is no such point.
 */
export async function readHistory(pool: Pool, query: HistoryQuery): Promise<PointHistory | undefined> {
  const { gatewayId, deviceId, pointId, fromMs, toMs, maxPoints } = query;
  const found = await pool.query<{ point_no: number; unit: string }>(
    `select point_no, unit from point join device using (device_no) join gateway using (gateway_no)
      where gateway_id = $1 and device_id = $2 and point_id = $3`,
    [gatewayId, deviceId, pointId],
  );
  const point = found.rows[0];
  if (point === undefined) return undefined;
  const bucketMs = Math.max(1, Math.ceil((toMs - fromMs) / maxPoints));
  const { rows } = await pool.query<BucketRow>(
    `select floor((${sqlMs("occurred_at")} - $2::float8) / $3::float8)::float8 as place, min(value), max(value),
            avg(value) as average, count(value)::int as good_count, (count(*) - count(value))::int as bad_count,
            max(bad_reason) as bad_reason
       from measurement
      where point_no = $1 and occurred_at >= ${sqlInstant("$4")} and occurred_at < ${sqlInstant("$5")}
      group by 1 order by 1`,
    [point.point_no, fromMs, bucketMs, instantText(fromMs), instantText(toMs)],
  );
  const buckets = rows.map((row) => ({
    atMs: fromMs + row.place * bucketMs,
    min: row.min,
    max: row.max,
    average: row.average,
    goodCount: row.good_count,
    badCount: row.bad_count,
    badReason: row.bad_reason,
  }));
  return { gatewayId, deviceId, pointId, unit: point.unit, fromMs, toMs, bucketMs, buckets };
}

function pointOf(row: PointRow): PointLatest {
  return {
    gatewayId: row.gateway_id,
    deviceId: row.device_id,
    id: row.point_id,
    name: row.name,
    unit: row.unit,
    writable: row.writable,
    value: row.value,
    badReason: row.bad_reason,
    occurredAtMs: row.occurred_at_ms,
    clockConfidence: row.clock_confidence === null ? null : decodeConfidence(row.clock_confidence),
  };
}
