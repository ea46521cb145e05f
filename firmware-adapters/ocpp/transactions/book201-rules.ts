import { z } from "zod";

import { parseJson } from "../protocol/raw.ts";
import type { BookRules } from "./book-keeper.ts";
import { stepBook201, type Book201, type Event201, type Outcome201, type Transaction201 } from "./book201.ts";

/** The device's memory keeps each transaction of 2.0.1 under this and its id. */
const TRANSACTION_ROW = "transaction201/";

const transactionRow: z.ZodType<Transaction201> = z.object({
  id: z.string(),
  recordId: z.string().optional(),
  connectorId: z.number(),
  phase: z.enum(["open", "ended", "superseded"]),
  hasStart: z.boolean(),
  isRefused: z.boolean(),
  idTag: z.string().optional(),
  startedAtMs: z.number().optional(),
  meterStartWh: z.number().optional(),
  meterStopWh: z.number().optional(),
  lastMeterWh: z.number().optional(),
  chargingState: z.string().optional(),
  lastAtMs: z.number(),
  seqNos: z.array(z.tuple([z.number(), z.number()])),
});

/**
 * The book of 2.0.1: a row for each transaction, so that a message writes a few hundred bytes. A book that was lost
 * begins anew: the ids are the stations', and every message is taken whether its transaction is known or not.
 */
export const rules201: BookRules<Book201, Event201, Outcome201> = {
  step: stepBook201,
  isRepeat: ({ kind }) => kind === "duplicate",
  rows(before, after) {
    const unchanged = new Set(before.transactions);
    const kept = new Set(after.transactions.map(({ id }) => id));
    const gone = before.transactions.filter(({ id }) => !kept.has(id));
    const changed = after.transactions.filter((one) => !unchanged.has(one));
    return {
      ...Object.fromEntries(gone.map(({ id }) => [TRANSACTION_ROW + id, null])),
      ...Object.fromEntries(changed.map((one) => [TRANSACTION_ROW + one.id, JSON.stringify(one)])),
    };
  },
  read({ rows }) {
    const transactions = [...rows].flatMap(([key, row]) => {
      const parsed = key.startsWith(TRANSACTION_ROW) ? transactionRow.safeParse(parseJson(row)).data : undefined;
      return parsed === undefined ? [] : [parsed];
    });
    return { transactions: transactions.toSorted((a, b) => a.lastAtMs - b.lastAtMs) };
  },
};
