import type { ChargingDetail, ChargingPage, ChargingStatus, ChargingTotals } from "../../../api/charging-schemas.ts";
import { chargingDetail, chargingPage, chargingTotals } from "../../../api/charging-schemas.ts";
import { ask } from "./ask.ts";

/** Which charging transaction. */
export interface TransactionRef {
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly transaction: string;
}

/** Which transactions are wanted; times in Unix milliseconds, `toMs` excluded. */
export interface ChargingQuestion {
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  readonly status: ChargingStatus | undefined;
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

const PAGE_SIZE = 50;

/** The latest begun first; `cursor` is the page before's `nextCursor`. */
export function askTransactions(
  question: ChargingQuestion,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ChargingPage> {
  const query = queryOf(question, { limit: String(PAGE_SIZE), cursor });
  return ask(chargingPage, `/api/charging/transactions?${query}`, { signal });
}

/** @param zone  whose days are counted. */
export function askTotals(question: ChargingQuestion, zone: string, signal: AbortSignal): Promise<ChargingTotals> {
  return ask(chargingTotals, `/api/charging/totals?${queryOf(question, { zone })}`, { signal });
}

export function askTransaction(which: TransactionRef, signal: AbortSignal): Promise<ChargingDetail> {
  const path = [which.gatewayId, which.deviceId, which.transaction].map(encodeURIComponent).join("/");
  return ask(chargingDetail, `/api/charging/transactions/${path}`, { signal });
}

/** The address of the file with all of them, for spreadsheets. */
export function csvAddress(question: ChargingQuestion, language: "zh" | "en"): string {
  return `/api/charging/transactions.csv?${queryOf(question, { language, bom: "true" })}`;
}

function queryOf(question: ChargingQuestion, more: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...question, ...more })) {
    if (value !== undefined) query.set(key, String(value));
  }
  return query.toString();
}
