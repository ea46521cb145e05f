import type { Pool } from "pg";

import type { ChargingFilter, ChargingTotals } from "../../api/charging-schemas.ts";
import { TRANSACTION_STATUSES, type TransactionStatus } from "../statuses.ts";
import { FILTERED_TRANSACTIONS, filterValues } from "./transactions.ts";

interface DayRow {
  readonly day: string;
  readonly status: TransactionStatus;
  readonly count: number;
  readonly energy_wh: number;
  readonly gap_count: number;
  readonly duplicate_count: number;
}

/** A filter with both ends. */
export type BoundedFilter = ChargingFilter & { readonly fromMs: number; readonly toMs: number };

/**
 * Sessions and energy, whole and by day.
 *
 * @param zone  IANA name that PostgreSQL knows; a day lasts from midnight to midnight there.
 */
export async function readTotals(pool: Pool, filter: BoundedFilter, zone: string): Promise<ChargingTotals> {
  const { rows } = await pool.query<DayRow>(
    `select to_char(began_at at time zone $6, 'YYYY-MM-DD') as day, kept.status, count(*)::int as count,
            coalesce(sum(energy_wh), 0)::float8 as energy_wh, sum(duplicate_count)::int as duplicate_count,
            count(*) filter (where hole_count > 0 or missing_count > 0)::int as gap_count
       ${FILTERED_TRANSACTIONS} group by 1, 2 order by 1`,
    [...filterValues(filter), zone],
  );
  const charged = rows.filter(({ status }) => status !== "refused");
  const sum = (of: readonly DayRow[], read: (row: DayRow) => number): number =>
    of.reduce((total, row) => total + read(row), 0);
  const countOf = (status: TransactionStatus): number =>
    sum(
      rows.filter((row) => row.status === status),
      ({ count }) => count,
    );
  const [charging = 0, ended = 0, refused = 0, unended = 0, unmatched = 0] = TRANSACTION_STATUSES.map(countOf);
  return {
    fromMs: filter.fromMs,
    toMs: filter.toMs,
    zone,
    sessionCount: sum(charged, ({ count }) => count),
    energyWh: sum(charged, ({ energy_wh }) => energy_wh),
    byStatus: { charging, ended, refused, unended, unmatched },
    gapCount: sum(charged, ({ gap_count }) => gap_count),
    duplicateCount: sum(rows, ({ duplicate_count }) => duplicate_count),
    byDay: [...Map.groupBy(charged, ({ day }) => day)].map(([day, ofDay]) => ({
      day,
      sessionCount: sum(ofDay, ({ count }) => count),
      energyWh: sum(ofDay, ({ energy_wh }) => energy_wh),
    })),
  };
}

/** The zone a gateway's site is in, where it has said so. */
export async function readSiteZone(pool: Pool, gatewayId: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ zone: string | null }>(
    "select reported -> 'site' ->> 'timeZone' as zone from gateway where gateway_id = $1",
    [gatewayId],
  );
  return rows[0]?.zone ?? undefined;
}
