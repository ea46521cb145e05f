import type { Pool } from "pg";

import type { ChargingFilter } from "../../api/charging-schemas.ts";
import {
  FILTERED_TRANSACTIONS,
  filterValues,
  PAGE,
  pageEndOf,
  pageEndValues,
  TRANSACTION_COLUMNS,
  type PageEnd,
  type TransactionRow,
} from "../reading/transactions.ts";
import { BYTE_ORDER_MARK, csvLine, type CsvCell } from "./csv.ts";
import { SiteClocks } from "./site-time.ts";
import { COLUMNS, STATUS_WORDS, YES, type ExportLanguage } from "./words.ts";

/** More is refused: a narrower span is wanted then. */
export const MAX_EXPORTED = 500_000;
const PAGE_ROWS = 2_000;

export interface ExportOptions {
  readonly language: ExportLanguage;
  readonly hasByteOrderMark: boolean;
}

interface ExportRow extends TransactionRow {
  readonly site_name: Readonly<Record<ExportLanguage, string>> | null;
  readonly device_name: Readonly<Record<ExportLanguage, string>> | null;
  readonly zone: string | null;
}

/** How many transactions an export would hold. */
export async function countTransactions(pool: Pool, filter: ChargingFilter): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count ${FILTERED_TRANSACTIONS}`,
    filterValues(filter),
  );
  return rows[0]?.count ?? 0;
}

/** The transactions as CSV, the latest begun first, page by page: no more than a page is ever in memory. */
export async function* exportTransactions(
  pool: Pool,
  filter: ChargingFilter,
  { language, hasByteOrderMark }: ExportOptions,
): AsyncGenerator<string> {
  const clocks = new SiteClocks();
  yield (hasByteOrderMark ? BYTE_ORDER_MARK : "") + csvLine(COLUMNS.map((column) => column[language]));
  for (let after: PageEnd | undefined, hasMore = true; hasMore;) {
    const rows: readonly ExportRow[] = await readPage(pool, filter, after);
    if (rows.length > 0) yield rows.map((row) => csvLine(cellsOf(row, language, clocks))).join("");
    const last = rows.at(-1);
    hasMore = rows.length === PAGE_ROWS && last !== undefined;
    if (last !== undefined) after = pageEndOf(last);
  }
}

async function readPage(pool: Pool, filter: ChargingFilter, after: PageEnd | undefined): Promise<ExportRow[]> {
  const { rows } = await pool.query<ExportRow>(
    `select ${TRANSACTION_COLUMNS}, reported -> 'site' -> 'name' as site_name, device.name as device_name,
            reported -> 'site' ->> 'timeZone' as zone ${FILTERED_TRANSACTIONS} ${PAGE}`,
    [...filterValues(filter), ...pageEndValues(after), PAGE_ROWS],
  );
  return rows;
}

/** In the order of `COLUMNS`. */
function cellsOf(row: ExportRow, language: ExportLanguage, clocks: SiteClocks): readonly CsvCell[] {
  const zone = clocks.zoneOf(row.zone);
  const there = (ms: number | null): string | null => (ms === null ? null : clocks.write(ms, zone));
  const { started_at_ms: startedAtMs, stopped_at_ms: stoppedAtMs } = row;
  return [
    row.site_name?.[language] ?? null,
    row.gateway_id,
    row.device_id,
    row.device_name?.[language] ?? null,
    row.connector,
    row.transaction,
    STATUS_WORDS[row.status][language],
    row.id_tag,
    there(startedAtMs),
    there(stoppedAtMs),
    zone,
    utc(startedAtMs),
    utc(stoppedAtMs),
    startedAtMs === null || stoppedAtMs === null ? null : Math.round((stoppedAtMs - startedAtMs) / 1_000),
    kilo(row.energy_wh),
    kilo(row.meter_start_wh),
    kilo(row.meter_stop_wh),
    row.reason,
    row.is_offline ? YES[language] : null,
    row.reconciled,
    row.hole_count + row.missing_count,
    row.duplicate_count,
  ];
}

function utc(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Watt-hours as kilowatt-hours, exact to the tenth of a watt-hour. */
function kilo(wh: number | null): number | null {
  return wh === null ? null : Math.round(wh * 10) / 10_000;
}
