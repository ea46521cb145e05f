import assert from "node:assert";

import { z } from "zod";

import type { DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent } from "../../event.ts";
import { EMPTY_BOOK, stepBook, type Book, type BookInput, type BookOutcome } from "./book.ts";

/** The device's memory keeps the book in this row. */
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

/** Keeps one station's book on the disk: one message at a time, written down before it is answered. */
export class BookKeeper {
  readonly #deps: Pick<DeviceDeps, "commit" | "memory" | "clock">;
  #book: Book | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: Pick<DeviceDeps, "commit" | "memory" | "clock">) {
    this.#deps = deps;
  }

  get book(): Book {
    this.#book ??= this.#read();
    return this.#book;
  }

  /**
   * Enters one message.
   *
   * @param key     the station's own mark of the message.
   * @param events  what it means for the rest of the gateway, published at once and written down with the book.
   * @throws DeviceError `device/not-committed`, or the signal's reason: the book is as it was.
   */
  enter(
    input: BookInput,
    key: string,
    events: (outcome: BookOutcome, book: Book) => readonly DeviceEvent[],
    signal: AbortSignal,
  ): Promise<BookOutcome> {
    // One after the other: two starts at the same moment must not get the same number.
    const entered = this.#turn.then(() => this.#enter(input, key, events, signal));
    this.#turn = entered.catch(() => undefined);
    return entered;
  }

  async #enter(
    input: BookInput,
    key: string,
    events: (outcome: BookOutcome, book: Book) => readonly DeviceEvent[],
    signal: AbortSignal,
  ): Promise<BookOutcome> {
    const before = this.book;
    const [book, outcome] = stepBook(before, input);
    const said = events(outcome, book);
    if (said.length === 0) {
      this.#book = book;
      return outcome;
    }
    const isChanged = book.nextId !== before.nextId || book.open.length !== before.open.length || hasNewAlias(outcome);
    const rows = isChanged ? { rows: { [BOOK_ROW]: JSON.stringify(book) } } : {};
    await this.#deps.commit({ key, events: said, ...rows }, signal);
    this.#book = book;
    return outcome;
  }

  #read(): Book {
    const { memory, clock } = this.#deps;
    const row = memory.rows.get(BOOK_ROW);
    if (row !== undefined) {
      const parsed = bookRow.safeParse(parseJson(row)).data;
      if (parsed !== undefined) return parsed;
    }
    if (row === undefined && memory.isRestored) return EMPTY_BOOK;
    const nextId = Math.max(1, Math.floor((clock.now().wallMs - LOST_BOOK_EPOCH_MS) / 1_000));
    assert(nextId < 2 ** 31, "transaction ids are 32-bit numbers");
    return { ...EMPTY_BOOK, nextId };
  }
}

function hasNewAlias(outcome: BookOutcome): boolean {
  return outcome.kind === "metered" && outcome.isNewAlias;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
