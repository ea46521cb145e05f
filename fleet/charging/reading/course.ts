import type { Pool } from "pg";

import type { ChargingDetail, ChargingSample } from "../../api/charging-schemas.ts";
import { decodeConfidence, sqlMs } from "../../store/columns.ts";
import { holesOf, longestSilenceMs, standingOf, transactionFacts } from "../facts.ts";
import { TRANSACTION_COLUMNS, transactionOf, type TransactionRow } from "./transactions.ts";

/** At one a minute three and a half days. */
const MAX_SAMPLES = 5_000;
const MAX_STEPS = 200;

/** Which transaction. */
export interface TransactionRef {
  readonly gateway: string;
  readonly device: string;
  readonly transaction: string;
}

type DetailRow = TransactionRow & { readonly facts: unknown };

/** One transaction with its meter values on the way and its other records; undefined where there is none. */
export async function readTransaction(pool: Pool, which: TransactionRef): Promise<ChargingDetail | undefined> {
  const { rows } = await pool.query<DetailRow>(
    `select ${TRANSACTION_COLUMNS}, facts from charging_transaction as kept
       join device using (device_no) join gateway using (gateway_no)
      where gateway_id = $1 and device_id = $2 and transaction = $3 and kept.status is not null`,
    [which.gateway, which.device, which.transaction],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const facts = transactionFacts.parse(row.facts);
  const samples = await readSamples(pool, row);
  return {
    ...transactionOf(row),
    samples: samples.slice(0, MAX_SAMPLES),
    isWhole: samples.length <= MAX_SAMPLES,
    holes: holesOf(facts).map(([fromMs, toMs]) => ({ fromMs, toMs })),
    longestSilenceMs: longestSilenceMs(facts),
    missing: standingOf(facts).missing.map(([from, through]) => [from, through]),
    steps: await readSteps(pool, row),
  };
}

/** Records of one transaction lie between its first and last by the gateway's clock: one stretch of an index. */
const RECORDS = `
  from occurrence join charging_transaction as kept using (device_no)
 where device_no = $1 and transaction = $2
   and occurred_at between first_occurred_at - interval '1 ms' and last_occurred_at + interval '1 ms'
   and body ->> 'kind' = 'occurrence' and body -> 'details' ->> 'transaction' = $2`;

async function readSamples(pool: Pool, { device_no, transaction }: TransactionRow): Promise<ChargingSample[]> {
  const { rows } = await pool.query<{ details: Readonly<Record<string, unknown>> }>(
    `select body -> 'details' as details ${RECORDS} and body ->> 'name' = 'transaction-updated'
      order by occurred_at, sequence limit ${MAX_SAMPLES + 1}`,
    [device_no, transaction],
  );
  return rows
    .map(({ details }) => details)
    .flatMap((details) => {
      const { at, meterWh, powerW, currentL1A, currentL2A, currentL3A, socPercent } = details;
      const atMs = typeof at === "string" ? Date.parse(at) : Number.NaN;
      if (!Number.isFinite(atMs)) return [];
      return [
        {
          atMs,
          meterWh: figure(meterWh),
          powerW: figure(powerW),
          currentL1A: figure(currentL1A),
          currentL2A: figure(currentL2A),
          currentL3A: figure(currentL3A),
          socPercent: figure(socPercent),
        },
      ];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

async function readSteps(pool: Pool, { device_no, transaction }: TransactionRow): Promise<ChargingDetail["steps"]> {
  const { rows } = await pool.query<{ name: string; occurred_at_ms: number; confidence: string }>(
    `select body ->> 'name' as name, ${sqlMs("occurred_at")} as occurred_at_ms, body ->> 'clockConfidence' as confidence
       ${RECORDS} and body ->> 'name' like 'transaction-%' and body ->> 'name' <> 'transaction-updated'
      order by occurred_at, sequence limit ${MAX_STEPS}`,
    [device_no, transaction],
  );
  return rows.map(({ name, occurred_at_ms, confidence }) => ({
    name,
    occurredAtMs: occurred_at_ms,
    clockConfidence: confidenceOf(confidence),
  }));
}

function confidenceOf(word: string): ChargingDetail["steps"][number]["clockConfidence"] {
  return [0, 1, 2].map(decodeConfidence).find((known) => known === word) ?? "doubtful";
}

function figure(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
