import { unreachable } from "@outpost/kernel/never.ts";

import { addSeqNo, gapBefore, hasSeqNo, type Gap, type SeqNos } from "./seq-nos.ts";

/** A transaction as its station tells of it: in 2.0.1 the station gives the id. Instants are its own, Unix milliseconds. */
export interface Transaction201 {
  readonly id: string;
  /** What the record calls it, where its id alone does not tell it from others of the same station. */
  readonly recordId?: string | undefined;
  /** The EVSE it is on; 0 while no message has said so. */
  readonly connectorId: number;
  /** `superseded`: another began on its connector, or too many are open; its end may still come. */
  readonly phase: "open" | "ended" | "superseded";
  /** Whether its first message, `Started`, was heard. */
  readonly hasStart: boolean;
  /** It began with a tag that may not charge: it ends by itself, and nothing is granted to it. */
  readonly isRefused: boolean;
  /** The first tag on it that may charge. */
  readonly idTag?: string | undefined;
  readonly startedAtMs?: number | undefined;
  readonly meterStartWh?: number | undefined;
  readonly meterStopWh?: number | undefined;
  /** The highest meter value heard of it. */
  readonly lastMeterWh?: number | undefined;
  /** 2.0.1's word: Charging, EVConnected, SuspendedEV, SuspendedEVSE, Idle. */
  readonly chargingState?: string | undefined;
  /** When its latest message was made. */
  readonly lastAtMs: number;
  readonly seqNos: SeqNos;
}

/** One station's transactions of OCPP 2.0.1, the one heard of last at the end. */
export interface Book201 {
  readonly transactions: readonly Transaction201[];
}

export const EMPTY_BOOK201: Book201 = { transactions: [] };

/** A station has a few EVSEs; what is open beyond this was never ended and never will be. */
export const MAX_OPEN201 = 32;
/** Transactions that are over, kept for their retries and latecomers. */
export const MAX_CLOSED201 = 32;

/** One TransactionEvent. What it does not say is undefined. */
export interface Event201 {
  readonly kind: "started" | "updated" | "ended";
  readonly transactionId: string;
  /** No other transaction of the station will ever have this id: a UUID. A station that counts begins again at 1. */
  readonly isIdUnique: boolean;
  readonly seqNo: number | undefined;
  readonly atMs: number;
  readonly connectorId: number | undefined;
  readonly idTag: string | undefined;
  /** Whether the tag may charge; true where none was shown. */
  readonly isAccepted: boolean;
  readonly meterStartWh: number | undefined;
  readonly meterStopWh: number | undefined;
  /** The energy register's highest value in it. */
  readonly meterWh: number | undefined;
  readonly chargingState: string | undefined;
}

/**
 * What a message turned out to be. Every one of them is answered, and none with an error. `transaction` is how it is
 * after the message; `gap` what is missing before it; `isUnknown` whether this is the first we hear of it although it
 * is not its first message.
 */
export type Outcome201 =
  /** `unended`: transactions of the same connector whose end never came. */
  | {
      readonly kind: "started";
      readonly transaction: Transaction201;
      readonly gap: Gap | undefined;
      readonly unended: readonly Transaction201[];
    }
  | {
      readonly kind: "updated" | "ended";
      readonly transaction: Transaction201;
      readonly gap: Gap | undefined;
      readonly isUnknown: boolean;
    }
  /** It came after the end. */
  | { readonly kind: "late"; readonly of: "started" | "updated"; readonly transaction: Transaction201 }
  | { readonly kind: "duplicate"; readonly of: Event201["kind"]; readonly transaction: Transaction201 };

/**
 * One message of one station. Pure; the caller writes the new book down together with what happened, and answers after
 * that.
 *
 * @see OCPP 2.0.1 part 2, use cases E01 to E15
 */
export function stepBook201(book: Book201, event: Event201): readonly [Book201, Outcome201] {
  const known = book.transactions.find(({ id }) => id === event.transactionId);
  const before = known !== undefined && isIdUsedAgain(known, event) ? undefined : known;
  if (before !== undefined && isRepeat(before, event)) {
    return [book, { kind: "duplicate", of: event.kind, transaction: before }];
  }
  const transaction = withEvent(before ?? unheard(event, known !== undefined), event);
  const others = book.transactions.filter((one) => one !== known);
  const gap = event.seqNo === undefined ? undefined : gapBefore(before?.seqNos ?? [], event.seqNo);
  switch (event.kind) {
    case "started":
      return start({ others, transaction, gap }, before?.phase === "ended");
    case "updated":
    case "ended":
      if (before?.phase === "ended") return [bookOf(others, transaction), { kind: "late", of: "updated", transaction }];
      return [bookOf(others, transaction), { kind: event.kind, transaction, gap, isUnknown: before === undefined }];
    default:
      return unreachable(event.kind);
  }
}

/** What runs on a connector: of several that are open the one that began last. A refused one never runs. */
export function runningOn({ transactions }: Book201, connectorId: number): Transaction201 | undefined {
  const open = transactions.filter((one) => one.phase === "open" && !one.isRefused && one.connectorId === connectorId);
  return open.toSorted((a, b) => beganAtMs(a) - beganAtMs(b)).at(-1);
}

interface Starting {
  readonly others: readonly Transaction201[];
  readonly transaction: Transaction201;
  readonly gap: Gap | undefined;
}

function start({ others, transaction, gap }: Starting, isOver: boolean): readonly [Book201, Outcome201] {
  if (isOver) return [bookOf(others, transaction), { kind: "late", of: "started", transaction }];
  const { connectorId, isRefused } = transaction;
  // A refused start touches nothing; one that was queued for long does not end what has begun since.
  const unended = others.filter(
    (one) =>
      one.phase === "open" &&
      !isRefused &&
      connectorId !== 0 &&
      one.connectorId === connectorId &&
      beganAtMs(one) <= beganAtMs(transaction),
  );
  const rest = others.map((one) => (unended.includes(one) ? { ...one, phase: "superseded" as const } : one));
  return [bookOf(rest, transaction), { kind: "started", transaction, gap, unended }];
}

/** Ids need to be unique only within a station's memory: one that counts them may begin again at 1. */
function isIdUsedAgain(known: Transaction201, event: Event201): boolean {
  return event.kind === "started" && known.hasStart && known.phase !== "open" && event.atMs > known.lastAtMs;
}

/**
 * The same number of the same transaction. A start or an end counts by what it is: a station that does not count its
 * messages must not lose its bill by it.
 */
function isRepeat(before: Transaction201, { kind, seqNo }: Event201): boolean {
  if (kind === "started") return before.hasStart;
  if (kind === "ended") return before.phase === "ended";
  return seqNo !== undefined && hasSeqNo(before.seqNos, seqNo);
}

/** What the record calls a transaction: never the same for two of a station. */
export function recordIdOf({ id, recordId }: Transaction201): string {
  return recordId ?? id;
}

/** Stands between an id and the time that tells it from others; no id of 2.0.1 has it. */
export const ID_TIME_MARK = "~";

function unheard({ transactionId, isIdUnique, atMs }: Event201, isUsedAgain: boolean): Transaction201 {
  return {
    id: transactionId,
    ...(isIdUnique && !isUsedAgain ? {} : { recordId: `${transactionId}${ID_TIME_MARK}${Math.round(atMs)}` }),
    connectorId: 0,
    phase: "open",
    hasStart: false,
    isRefused: false,
    lastAtMs: atMs,
    seqNos: [],
  };
}

function withEvent(before: Transaction201, event: Event201): Transaction201 {
  const { kind, seqNo, atMs, idTag, isAccepted } = event;
  const isStart = kind === "started";
  // The tag of an end is that of whoever ended it.
  const ownTag = kind === "ended" || !isAccepted ? undefined : idTag;
  const isLatest = atMs >= before.lastAtMs;
  return {
    ...before,
    connectorId: event.connectorId ?? before.connectorId,
    phase: kind === "ended" ? "ended" : before.phase,
    hasStart: before.hasStart || isStart,
    isRefused: isStart ? !isAccepted : before.isRefused && ownTag === undefined,
    idTag: before.idTag ?? ownTag,
    startedAtMs: isStart ? atMs : before.startedAtMs,
    meterStartWh: event.meterStartWh ?? before.meterStartWh,
    meterStopWh: event.meterStopWh ?? before.meterStopWh,
    lastMeterWh: highest(before.lastMeterWh, event.meterWh),
    chargingState: (isLatest ? event.chargingState : undefined) ?? before.chargingState,
    lastAtMs: Math.max(before.lastAtMs, atMs),
    seqNos: seqNo === undefined ? before.seqNos : addSeqNo(before.seqNos, seqNo),
  };
}

function bookOf(others: readonly Transaction201[], transaction: Transaction201): Book201 {
  const all = [...others, transaction];
  const surplus = new Set(all.filter(({ phase }) => phase === "open").slice(0, -MAX_OPEN201));
  const bounded = all.map((one) => (surplus.has(one) ? { ...one, phase: "superseded" as const } : one));
  const forgotten = new Set(bounded.filter(({ phase }) => phase !== "open").slice(0, -MAX_CLOSED201));
  return { transactions: bounded.filter((one) => !forgotten.has(one)) };
}

function beganAtMs({ startedAtMs, lastAtMs }: Transaction201): number {
  return startedAtMs ?? lastAtMs;
}

function highest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
