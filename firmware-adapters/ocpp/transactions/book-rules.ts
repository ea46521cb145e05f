import assert from "node:assert";

import { z } from "zod";

import { parseJson } from "../protocol/raw.ts";
import type { BookRules } from "./book-keeper.ts";
import { EMPTY_BOOK, stepBook, type Book, type BookInput, type BookOutcome } from "./book.ts";

/** The device's memory keeps the book of 1.6 in this row. */
const BOOK_ROW = "book";

const seen = z.object({ key: z.string(), transactionId: z.number() });
const bookRow: z.ZodType<Book> = z.object({
  nextId: z.number(),
  open: z.array(
    z.object({
      id: z.number(),
      connectorId: z.number(),
      idTag: z.string(),
      startedAtMs: z.number(),
      meterStartWh: z.number(),
      lastMeterWh: z.number(),
      aliases: z.array(z.number()),
    }),
  ),
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
    return isSame ? {} : { [BOOK_ROW]: JSON.stringify(after) };
  },
  read({ rows, isRestored }, nowMs) {
    const row = rows.get(BOOK_ROW);
    const parsed = row === undefined ? undefined : bookRow.safeParse(parseJson(row)).data;
    if (parsed !== undefined) return parsed;
    if (row === undefined && isRestored) return EMPTY_BOOK;
    const nextId = Math.max(1, Math.floor((nowMs - LOST_BOOK_EPOCH_MS) / 1_000));
    assert(nextId < 2 ** 31, "transaction ids are 32-bit numbers");
    return { ...EMPTY_BOOK, nextId };
  },
};

function countAliases({ open }: Book): number {
  return open.reduce((sum, { aliases }) => sum + aliases.length, 0);
}
