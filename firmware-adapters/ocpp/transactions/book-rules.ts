import assert from "node:assert";

import { z } from "zod";

import { parseJson } from "../protocol/raw.ts";
import type { BookRules } from "./book-keeper.ts";
import {
  EMPTY_BOOK,
  MAX_SEEN,
  stepBook,
  type Book,
  type BookInput,
  type BookOutcome,
  type OpenTransaction,
} from "./book.ts";

/** The device's memory keeps the book of 1.6 in this row. */
const BOOK_ROW = "book";
/** Where that is too long for one row, each transaction that is open has a row of its own under this and its number. */
const OPEN_ROW = "open/";
/** The longest row that the device's memory takes. */
export const MAX_ROW_CHARS = 16_384;

const seen = z.object({ key: z.string(), transactionId: z.number() });
const openRow: z.ZodType<OpenTransaction> = z.object({
  id: z.number(),
  connectorId: z.number(),
  idTag: z.string(),
  startedAtMs: z.number(),
  meterStartWh: z.number(),
  lastMeterWh: z.number(),
  aliases: z.array(z.number()),
});
const bookRow = z.object({
  nextId: z.number(),
  open: z.array(openRow),
  /** Numbers of those that are open and have rows of their own. */
  apart: z.array(z.number()).default([]),
  starts: z.array(seen),
  stops: z.array(seen),
});

/**
 * Where the disk has lost the book, numbers go on far above all that can have been given: a number given twice would
 * mix two people's bills up. Seconds since 2020 stay below 2^31 until 2088.
 */
const LOST_BOOK_EPOCH_MS = Date.UTC(2020, 0, 1);

/** The book of 1.6: one row, written where a number was given, an end heard, or another number of the station's learnt. */
export const rules16: BookRules<Book, BookInput, BookOutcome> = {
  step: stepBook,
  isRepeat: ({ kind }) => kind === "duplicate",
  rows(before, after) {
    const isSame =
      after.nextId === before.nextId &&
      after.open.length === before.open.length &&
      after.stops === before.stops &&
      countAliases(after) === countAliases(before);
    return isSame ? {} : rowsOf(before, after);
  },
  read({ rows, isRestored }, nowMs) {
    const row = rows.get(BOOK_ROW);
    const parsed = row === undefined ? undefined : bookRow.safeParse(parseJson(row)).data;
    if (parsed !== undefined) {
      const { apart, ...book } = parsed;
      return { ...book, open: [...book.open, ...apart.flatMap((id) => readApart(rows.get(OPEN_ROW + id)))] };
    }
    if (row === undefined && isRestored) return EMPTY_BOOK;
    const nextId = Math.max(1, Math.floor((nowMs - LOST_BOOK_EPOCH_MS) / 1_000));
    assert(nextId < 2 ** 31, "transaction ids are 32-bit numbers");
    return { ...EMPTY_BOOK, nextId };
  },
};

/** One row, as long as it is short enough: one step makes it only a little longer or shorter. */
function rowsOf(before: Book, after: Book): Readonly<Record<string, string | null>> {
  const whole = JSON.stringify(after);
  if (whole.length <= MAX_ROW_CHARS / 2) return { [BOOK_ROW]: whole };
  const gone = Object.fromEntries(before.open.map(({ id }) => [OPEN_ROW + id, null]));
  if (whole.length <= MAX_ROW_CHARS) return { ...gone, [BOOK_ROW]: whole };
  const apart = Object.fromEntries(after.open.map((one) => [OPEN_ROW + one.id, JSON.stringify(one)]));
  return { ...gone, ...apart, [BOOK_ROW]: shortened(after) };
}

/** Without what is open. Where even that is too long, the oldest starts and stops go: they only serve late retries. */
function shortened({ nextId, open: all, starts, stops }: Book): string {
  const apart = all.map(({ id }) => id);
  for (let dropped = 0; ; dropped += 1) {
    const kept = { starts: starts.slice(dropped), stops: stops.slice(dropped) };
    const text = JSON.stringify({ nextId, open: [], apart, ...kept });
    if (text.length <= MAX_ROW_CHARS) return text;
    assert(dropped < MAX_SEEN, "a few numbers fit");
  }
}

function readApart(row: string | undefined): readonly OpenTransaction[] {
  const parsed = row === undefined ? undefined : openRow.safeParse(parseJson(row)).data;
  return parsed === undefined ? [] : [parsed];
}

function countAliases({ open }: Book): number {
  return open.reduce((sum, { aliases }) => sum + aliases.length, 0);
}
