import { describe, expect, it } from "vitest";

import { EMPTY_BOOK, MAX_SEEN, stepBook, type Book, type BookInput, type BookOutcome } from "./book.ts";

const start = (changes: Partial<Extract<BookInput, { kind: "start" }>> = {}): BookInput => ({
  kind: "start",
  connectorId: 1,
  idTag: "04A1B2",
  startedAtMs: 1_000,
  meterStartWh: 500,
  isAccepted: true,
  ...changes,
});
const stop = (changes: Partial<Extract<BookInput, { kind: "stop" }>> = {}): BookInput => ({
  kind: "stop",
  transactionId: 1,
  stoppedAtMs: 9_000,
  meterStopWh: 2_500,
  idTag: "04A1B2",
  ...changes,
});
const meter = (changes: Partial<Extract<BookInput, { kind: "meter" }>> = {}): BookInput => ({
  kind: "meter",
  connectorId: 1,
  transactionId: 1,
  meterWh: 900,
  ...changes,
});

function run(inputs: readonly BookInput[], from: Book = EMPTY_BOOK): { book: Book; outcomes: BookOutcome[] } {
  let book = from;
  const outcomes: BookOutcome[] = [];
  for (const input of inputs) {
    const [next, outcome] = stepBook(book, input);
    book = next;
    outcomes.push(outcome);
  }
  return { book, outcomes };
}

const last = (inputs: readonly BookInput[]): BookOutcome | undefined => run(inputs).outcomes.at(-1);

describe("the book of a station's transactions", () => {
  it("gives each start a number of its own, and a retry the same", () => {
    const { book, outcomes } = run([start(), start(), start({ startedAtMs: 2_000, connectorId: 2 })]);
    expect(outcomes).toMatchObject([
      { kind: "started", transaction: { id: 1 } },
      { kind: "duplicate", of: "start", transactionId: 1 },
      { kind: "started", transaction: { id: 2 } },
    ]);
    expect(book.open.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("gives a refused start a fresh number and leaves what runs on that connector alone", () => {
    const { book, outcomes } = run([start(), start({ idTag: "BAD", startedAtMs: 1_500, isAccepted: false })]);
    expect(outcomes[1]).toEqual({ kind: "start-refused", transactionId: 2 });
    expect(book.open.map(({ id }) => id)).toEqual([1]);
    expect(last([start(), stop()])).toMatchObject({ kind: "stopped", transaction: { id: 1 } });
  });

  it("names those whose end never came when another begins on their connector", () => {
    expect(last([start(), start({ startedAtMs: 5_000, idTag: "OTHER" })])).toMatchObject({
      kind: "started",
      transaction: { id: 2 },
      unended: [{ id: 1 }],
    });
  });

  it("ends a transaction once, however often its stop comes", () => {
    const { book, outcomes } = run([start(), stop(), stop()]);
    expect(outcomes.slice(1)).toMatchObject([
      { kind: "stopped", transaction: { id: 1 }, how: "by-id" },
      { kind: "duplicate", of: "stop", transactionId: 1 },
    ]);
    expect(book.open).toEqual([]);
  });

  it.each<[string, BookInput[], Partial<BookOutcome>]>([
    [
      "-1 for the only one that is open",
      [start(), stop({ transactionId: -1 })],
      { kind: "stopped", how: "reconciled" },
    ],
    ["any other negative number", [start(), stop({ transactionId: -918_273 })], { kind: "stopped", how: "reconciled" }],
    [
      "a positive number that is not ours",
      [start(), stop({ transactionId: 777 })],
      { kind: "stopped", how: "reconciled" },
    ],
    [
      "the one of the same tag where several are open",
      [start(), start({ connectorId: 2, idTag: "OTHER" }), stop({ transactionId: -1, idTag: "OTHER" })],
      { kind: "stopped", how: "reconciled", transaction: expect.objectContaining({ id: 2 }) },
    ],
    [
      "the one whose meter can have come so far",
      [start(), start({ connectorId: 2, meterStartWh: 90_000 }), stop({ transactionId: -1 })],
      { kind: "stopped", how: "reconciled", transaction: expect.objectContaining({ id: 1 }) },
    ],
    [
      "the one whose meter values came under that number",
      [
        start(),
        start({ connectorId: 2, startedAtMs: 1_100 }),
        meter({ connectorId: 2, transactionId: -5 }),
        stop({ transactionId: -5 }),
      ],
      { kind: "stopped", how: "reconciled", transaction: expect.objectContaining({ id: 2 }) },
    ],
    [
      "nobody where two fit alike: it is kept with a number of its own",
      [start(), start({ connectorId: 2, startedAtMs: 1_100 }), stop({ transactionId: -1 })],
      { kind: "unmatched-stop", transactionId: 3 },
    ],
    ["nobody where nothing is open", [stop({ transactionId: 55 })], { kind: "unmatched-stop", transactionId: 1 }],
    [
      "nobody that began later",
      [start({ startedAtMs: 99_000 }), stop({ transactionId: -1 })],
      { kind: "unmatched-stop" },
    ],
  ])("a stop under a number it does not know means %s", (_, inputs, expected) => {
    expect(last(inputs)).toMatchObject(expected);
  });

  it("an unmatched stop that comes again is the same one", () => {
    expect(last([stop({ transactionId: -1 }), stop({ transactionId: -1 })])).toEqual({
      kind: "duplicate",
      of: "stop",
      transactionId: 1,
    });
  });

  it("follows the meter upwards only, and a value without a number belongs to what runs on its connector", () => {
    const { book, outcomes } = run([
      start(),
      meter(),
      meter({ meterWh: 800, transactionId: undefined }),
      meter({ connectorId: 2, transactionId: 9 }),
    ]);
    expect(outcomes.slice(1)).toMatchObject([
      { kind: "metered", transaction: { lastMeterWh: 900 }, isNewAlias: false },
      { kind: "metered", transaction: { lastMeterWh: 900 }, isNewAlias: false },
      { kind: "unmatched-meter" },
    ]);
    expect(book.open[0]?.lastMeterWh).toBe(900);
  });

  it("never gives a number twice, and forgets the oldest messages beyond its maximum", () => {
    const starts = Array.from({ length: MAX_SEEN + 5 }, (_, n) => start({ startedAtMs: n, isAccepted: false }));
    const { book } = run(starts);
    expect(book.nextId).toBe(MAX_SEEN + 6);
    expect(book.starts).toHaveLength(MAX_SEEN);
  });
});
