import { unreachable } from "@outpost/kernel/never.ts";

/** A transaction that has begun and, as far as we know, not ended. Instants are the station's own, Unix milliseconds. */
export interface OpenTransaction {
  readonly id: number;
  readonly connectorId: number;
  readonly idTag: string;
  readonly startedAtMs: number;
  readonly meterStartWh: number;
  /** The highest meter value heard of it. */
  readonly lastMeterWh: number;
  /** Numbers the station itself uses for it, because it never heard ours: -1, or any other. */
  readonly aliases: readonly number[];
}

/** A message that was dealt with, so that its retry gets the same answer. */
interface Seen {
  readonly key: string;
  readonly transactionId: number;
}

/** One station's transactions of OCPP 1.6, where the central side gives the numbers. Everything is written down. */
export interface Book {
  /** Never given twice, whatever is restarted or lost. */
  readonly nextId: number;
  readonly open: readonly OpenTransaction[];
  /** The latest starts and stops, oldest first. */
  readonly starts: readonly Seen[];
  readonly stops: readonly Seen[];
}

export const EMPTY_BOOK: Book = { nextId: 1, open: [], starts: [], stops: [] };

/** Starts and stops remembered: a station that was offline sends what it has queued, and then again what got no answer. */
export const MAX_SEEN = 64;
/** A station has a few connectors; what is open beyond this was never ended and never will be. */
export const MAX_OPEN = 32;

export type BookInput =
  | {
      readonly kind: "start";
      readonly connectorId: number;
      readonly idTag: string;
      readonly startedAtMs: number;
      readonly meterStartWh: number;
      /** Whether the id tag may charge. A refused start gets a number of its own and touches nothing. */
      readonly isAccepted: boolean;
    }
  | {
      readonly kind: "stop";
      readonly transactionId: number;
      readonly stoppedAtMs: number;
      readonly meterStopWh: number;
      readonly idTag: string | undefined;
    }
  | {
      readonly kind: "meter";
      readonly connectorId: number;
      readonly transactionId: number | undefined;
      readonly meterWh: number | undefined;
    };

/** What a message turned out to be. Every one of them is answered, and none with an error. */
export type BookOutcome =
  /** `unended`: transactions of the same connector whose end never came. */
  | { readonly kind: "started"; readonly transaction: OpenTransaction; readonly unended: readonly OpenTransaction[] }
  | { readonly kind: "start-refused"; readonly transactionId: number }
  | { readonly kind: "stopped"; readonly transaction: OpenTransaction; readonly how: "by-id" | "reconciled" }
  /** It fits no transaction we know of: kept as it is, with a number of its own. */
  | { readonly kind: "unmatched-stop"; readonly transactionId: number }
  | { readonly kind: "metered"; readonly transaction: OpenTransaction; readonly isNewAlias: boolean }
  | { readonly kind: "unmatched-meter" }
  | { readonly kind: "duplicate"; readonly of: "start" | "stop"; readonly transactionId: number };

/**
 * One message of one station. Pure; the caller writes the new book down together with what happened, and answers after
 * that.
 *
 * @see OCPP 1.6 edition 2, sections 3.7, 4.8, 4.10; errata v4.0 to 4.8 (transaction id -1)
 */
export function stepBook(book: Book, input: BookInput): readonly [Book, BookOutcome] {
  switch (input.kind) {
    case "start":
      return start(book, input);
    case "stop":
      return stop(book, input);
    case "meter":
      return meter(book, input);
    default:
      return unreachable(input);
  }
}

type InputOf<Kind extends BookInput["kind"]> = Extract<BookInput, { readonly kind: Kind }>;

function start(book: Book, input: InputOf<"start">): readonly [Book, BookOutcome] {
  const { connectorId, idTag, startedAtMs, meterStartWh, isAccepted } = input;
  // What a retry after a lost answer has in common with the first: all but our answer.
  const key = [connectorId, idTag, startedAtMs, meterStartWh].join(" ");
  const before = book.starts.find((one) => one.key === key);
  if (before !== undefined) return [book, { kind: "duplicate", of: "start", transactionId: before.transactionId }];
  const id = book.nextId;
  const counted = { ...book, nextId: id + 1, starts: remember(book.starts, { key, transactionId: id }) };
  if (!isAccepted) return [counted, { kind: "start-refused", transactionId: id }];
  const transaction = { id, connectorId, idTag, startedAtMs, meterStartWh, lastMeterWh: meterStartWh, aliases: [] };
  const unended = book.open.filter((one) => one.connectorId === connectorId);
  const others = book.open.filter((one) => one.connectorId !== connectorId);
  return [
    { ...counted, open: [...others, transaction].slice(-MAX_OPEN) },
    { kind: "started", transaction, unended },
  ];
}

function stop(book: Book, input: InputOf<"stop">): readonly [Book, BookOutcome] {
  const key = [input.transactionId, input.stoppedAtMs, input.meterStopWh].join(" ");
  const before = book.stops.find((one) => one.key === key);
  if (before !== undefined) return [book, { kind: "duplicate", of: "stop", transactionId: before.transactionId }];
  const known = book.open.find(({ id }) => id === input.transactionId);
  const transaction = known ?? reconcile(book, input);
  if (transaction === undefined) {
    const id = book.nextId;
    const counted = { ...book, nextId: id + 1, stops: remember(book.stops, { key, transactionId: id }) };
    return [counted, { kind: "unmatched-stop", transactionId: id }];
  }
  const next = {
    ...book,
    open: book.open.filter((one) => one !== transaction),
    stops: remember(book.stops, { key, transactionId: transaction.id }),
  };
  return [next, { kind: "stopped", transaction, how: known === undefined ? "reconciled" : "by-id" }];
}

function meter(book: Book, { connectorId, transactionId, meterWh }: InputOf<"meter">): readonly [Book, BookOutcome] {
  const onConnector = book.open.find((one) => one.connectorId === connectorId);
  const transaction = book.open.find(({ id }) => id === transactionId) ?? onConnector;
  if (transaction === undefined) return [book, { kind: "unmatched-meter" }];
  const { aliases, id } = transaction;
  const isNewAlias = transactionId !== undefined && transactionId !== id && !aliases.includes(transactionId);
  const next = {
    ...transaction,
    lastMeterWh: Math.max(transaction.lastMeterWh, meterWh ?? transaction.lastMeterWh),
    aliases: isNewAlias ? [...aliases, transactionId].slice(-MAX_ALIASES) : aliases,
  };
  const open = book.open.map((one) => (one === transaction ? next : one));
  return [
    { ...book, open },
    { kind: "metered", transaction: next, isNewAlias },
  ];
}

const MAX_ALIASES = 8;

/**
 * The open transaction that a stop with a number of the station's own must mean: one that uses this number already, or
 * else the only one that can have ended so by its time and meter, the same id tag before any other.
 */
function reconcile(
  book: Book,
  { transactionId, stoppedAtMs, meterStopWh, idTag }: InputOf<"stop">,
): OpenTransaction | undefined {
  const named = book.open.filter(({ aliases }) => aliases.includes(transactionId));
  const possible = (named.length > 0 ? named : book.open).filter(
    (one) => one.startedAtMs <= stoppedAtMs && one.lastMeterWh <= meterStopWh,
  );
  const sameTag = possible.filter((one) => one.idTag === idTag);
  const candidates = sameTag.length > 0 ? sameTag : possible;
  return candidates.length === 1 ? candidates[0] : undefined;
}

function remember(seen: readonly Seen[], one: Seen): readonly Seen[] {
  return [...seen, one].slice(-MAX_SEEN);
}
