import type { Pool } from "pg";

import type { ChargingFilter, ChargingPage, ChargingQuery, ChargingTransaction } from "../../api/charging-schemas.ts";
import { instantText, sqlInstant, sqlMs } from "../../store/columns.ts";
import type { TransactionStatus } from "../statuses.ts";

export interface TransactionRow {
  readonly gateway_id: string;
  readonly device_id: string;
  readonly device_no: number;
  readonly transaction: string;
  readonly status: TransactionStatus;
  readonly connector: number | null;
  readonly id_tag: string | null;
  readonly id_tag_status: string | null;
  readonly began_at_ms: number;
  readonly started_at_ms: number | null;
  readonly stopped_at_ms: number | null;
  readonly meter_start_wh: number | null;
  readonly meter_stop_wh: number | null;
  readonly meter_last_wh: number | null;
  readonly meter_last_at_ms: number | null;
  readonly energy_wh: number | null;
  readonly reason: string | null;
  readonly is_offline: boolean;
  readonly reconciled: string | null;
  readonly claimed_id: string | null;
  readonly hole_count: number;
  readonly missing_count: number;
  readonly duplicate_count: number;
}

/** The columns of `TransactionRow`. */
export const TRANSACTION_COLUMNS = `gateway_id, device_id, device_no, transaction, kept.status, connector, id_tag,
  id_tag_status, ${sqlMs("began_at")} as began_at_ms, ${sqlMs("started_at")} as started_at_ms,
  ${sqlMs("stopped_at")} as stopped_at_ms, meter_start_wh, meter_stop_wh, meter_last_wh,
  ${sqlMs("meter_last_at")} as meter_last_at_ms, energy_wh, kept.reason, is_offline, reconciled, claimed_id, hole_count,
  missing_count, duplicate_count`;

/** The transactions that are shown and fit `filterValues`, its parameters being the first five. */
export const FILTERED_TRANSACTIONS = `
  from charging_transaction as kept join device using (device_no) join gateway using (gateway_no)
 where kept.status is not null
   and ($1::text is null or gateway_id = $1) and ($2::text is null or device_id = $2)
   and ($3::text is null or kept.status = $3)
   and ($4::text is null or began_at >= ${sqlInstant("$4")}) and ($5::text is null or began_at < ${sqlInstant("$5")})`;

export function filterValues({ gateway, device, status, fromMs, toMs }: ChargingFilter): (string | null)[] {
  return [gateway ?? null, device ?? null, status ?? null, instantOrNull(fromMs), instantOrNull(toMs)];
}

function instantOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : instantText(ms);
}

/** Where a page of a list ends: the next one begins after it. */
export interface PageEnd {
  readonly beganAtMs: number;
  readonly deviceNo: number;
  readonly transaction: string;
}

/** The clause and the order of a page after `pageEndValues`, which are the parameters $6 to $8; $9 is its length. */
export const PAGE = `
   and ($6::text is null or (began_at, device_no, transaction) < (${sqlInstant("$6")}, $7::int, $8::text))
 order by began_at desc, device_no desc, transaction desc limit $9`;

export function pageEndValues(after: PageEnd | undefined): (string | number | null)[] {
  return after === undefined ? [null, null, null] : [instantText(after.beganAtMs), after.deviceNo, after.transaction];
}

export function pageEndOf({ began_at_ms, device_no, transaction }: TransactionRow): PageEnd {
  return { beganAtMs: began_at_ms, deviceNo: device_no, transaction };
}

/** One page of transactions, the latest begun first. A cursor that is none gives the first page. */
export async function listTransactions(pool: Pool, query: ChargingQuery): Promise<ChargingPage> {
  const { rows } = await pool.query<TransactionRow>(`select ${TRANSACTION_COLUMNS} ${FILTERED_TRANSACTIONS} ${PAGE}`, [
    ...filterValues(query),
    ...pageEndValues(parseCursor(query.cursor)),
    query.limit + 1,
  ]);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const hasMore = rows.length > query.limit && last !== undefined;
  return { transactions: page.map(transactionOf), nextCursor: hasMore ? formatCursor(pageEndOf(last)) : null };
}

/** The longest time PostgreSQL and JavaScript can both hold. */
const MAX_TIME_MS = 8_640_000_000_000_000;

function formatCursor({ beganAtMs, deviceNo, transaction }: PageEnd): string {
  return `${beganAtMs}_${deviceNo}_${Buffer.from(transaction).toString("base64url")}`;
}

function parseCursor(cursor: string | undefined): PageEnd | undefined {
  const [, beganAtMs, deviceNo, transaction] = /^(\d{1,16})_(\d{1,9})_([\w-]{1,400})$/.exec(cursor ?? "") ?? [];
  if (transaction === undefined) return undefined;
  // PostgreSQL's texts hold no zero character.
  const name = Buffer.from(transaction, "base64url").toString().replaceAll("\0", "");
  return { beganAtMs: Math.min(Number(beganAtMs), MAX_TIME_MS), deviceNo: Number(deviceNo), transaction: name };
}

export function transactionOf(row: TransactionRow): ChargingTransaction {
  return {
    gatewayId: row.gateway_id,
    deviceId: row.device_id,
    transaction: row.transaction,
    status: row.status,
    connector: row.connector,
    idTag: row.id_tag,
    idTagStatus: row.id_tag_status,
    beganAtMs: row.began_at_ms,
    startedAtMs: row.started_at_ms,
    stoppedAtMs: row.stopped_at_ms,
    meterStartWh: row.meter_start_wh,
    meterStopWh: row.meter_stop_wh,
    meterLastWh: row.meter_last_wh,
    meterLastAtMs: row.meter_last_at_ms,
    energyWh: row.energy_wh,
    reason: row.reason,
    isOffline: row.is_offline,
    reconciled: row.reconciled,
    claimedId: row.claimed_id,
    holeCount: row.hole_count,
    missingCount: row.missing_count,
    duplicateCount: row.duplicate_count,
  };
}
