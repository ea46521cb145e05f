import { unreachable } from "@outpost/kernel/never.ts";
import { z } from "zod";

import { joinClusters, withoutClusters, type Clusters } from "./clusters.ts";
import type { TransactionStatus } from "./statuses.ts";

/**
 * Without a meter value for longer than this a charging transaction has a hole, unless its station is set to meter more
 * seldom. Most send one every minute or so, and every quarter of an hour at the least.
 */
export const LONGEST_SILENCE_MS = 20 * 60_000;
/** So many intervals without a value: one did not come. */
const MISSED_INTERVALS = 1.5;

/** Where a record stands among its gateway's: epoch before sequence. */
const place = z.tuple([z.number(), z.number()]);
export type RecordPlace = Readonly<z.infer<typeof place>>;

const number = z.number().nullable();
const text = z.string().nullable();
const clusters = z.array(z.tuple([z.number(), z.number()]).readonly()).readonly();

/** A tag that was shown, and what it was told: Accepted, Invalid, Expired … */
const tag = z.object({ place, idTag: text, idTagStatus: text });
const begin = tag.extend({
  connector: number,
  /** Instants are the station's own, Unix milliseconds. */
  startedAtMs: number,
  meterStartWh: number,
});
const end = z.object({
  place,
  connector: number,
  stoppedAtMs: number,
  meterStopWh: number,
  energyWh: number,
  reason: text,
});
const unended = z.object({ place, connector: number, startedAtMs: number, meterWh: number, energyWh: number });
/** `unmatched`: what was heard fits no begin. Anything else says how the begin was found. */
const reconciled = z.object({ place, how: z.string(), claimedId: text });
const meter = z.object({ atMs: z.number(), wh: z.number() });

/**
 * Everything the records so far say of one charging transaction. Two of these join into one, and it never matters in which
 * order or grouping; a record that came before changes nothing but the count of duplicates, which counts records.
 */
export const transactionFacts = z.object({
  /** The gateway's time of the first and the last record: where to look for the course. */
  firstOccurredAtMs: z.number(),
  lastOccurredAtMs: z.number(),
  started: begin.nullable(),
  /** Of a begin, or of a tag shown on the way. */
  refused: begin.nullable(),
  /** The first tag that was accepted on the way: 2.0.1 begins with the plug, and the card may come later. */
  tag: tag.nullable(),
  ended: end.nullable(),
  unended: unended.nullable(),
  /** An end whose begin nobody knows. */
  unmatched: end.nullable(),
  reconciled: reconciled.nullable(),
  /** The latest meter value by the station's clock. */
  meter: meter.nullable(),
  /** The connector that meter values named. */
  meteredConnector: number,
  /** How often its station was set to meter. */
  meterEveryMs: number.default(null),
  /** When it was heard of: begin, meter values, end, as stretches without a silence of `LONGEST_SILENCE_MS`. */
  heard: clusters,
  /** Numbers of 2.0.1 that the gateway missed when the next one came, and those that records carry: they may come late. */
  missed: clusters,
  seqNos: clusters,
  isOffline: z.boolean(),
  duplicateCount: z.number(),
});
export type TransactionFacts = Readonly<z.infer<typeof transactionFacts>>;
export type Begin = Readonly<z.infer<typeof begin>>;
export type End = Readonly<z.infer<typeof end>>;

export const UNMATCHED = "unmatched";

/** Joins what two groups of records say of the same transaction. */
export function joinFacts(a: TransactionFacts, b: TransactionFacts): TransactionFacts {
  return {
    firstOccurredAtMs: Math.min(a.firstOccurredAtMs, b.firstOccurredAtMs),
    lastOccurredAtMs: Math.max(a.lastOccurredAtMs, b.lastOccurredAtMs),
    started: first(a.started, b.started),
    refused: first(a.refused, b.refused),
    ended: first(a.ended, b.ended),
    tag: first(a.tag, b.tag),
    unended: first(a.unended, b.unended),
    unmatched: first(a.unmatched, b.unmatched),
    reconciled: best(a.reconciled, b.reconciled),
    meter: latest(a.meter, b.meter),
    meteredConnector: greatest(a.meteredConnector, b.meteredConnector),
    meterEveryMs: greatest(a.meterEveryMs, b.meterEveryMs),
    heard: joinClusters(a.heard, b.heard, LONGEST_SILENCE_MS),
    missed: joinClusters(a.missed, b.missed, 1),
    seqNos: joinClusters(a.seqNos, b.seqNos, 1),
    isOffline: a.isOffline || b.isOffline,
    duplicateCount: a.duplicateCount + b.duplicateCount,
  };
}

/** A transaction has one begin and one end: of two the gateway wrote the first before it lost its memory. */
function first<T extends { readonly place: RecordPlace }>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a.place[0] < b.place[0] || (a.place[0] === b.place[0] && a.place[1] <= b.place[1]) ? a : b;
}

/** A begin may be found after all. */
function best(a: TransactionFacts["reconciled"], b: TransactionFacts["reconciled"]): TransactionFacts["reconciled"] {
  if (a === null || b === null || (a.how === UNMATCHED) === (b.how === UNMATCHED)) return first(a, b);
  return a.how === UNMATCHED ? b : a;
}

function latest(a: TransactionFacts["meter"], b: TransactionFacts["meter"]): TransactionFacts["meter"] {
  if (a === null || b === null) return a ?? b;
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.wh >= b.wh) ? a : b;
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** How a transaction stands, as the desk shows it. Instants are the station's own; null where nothing said it. */
export interface Standing {
  /** Undefined while only repeated messages were heard of it: not worth showing. */
  readonly status: TransactionStatus | undefined;
  /** Its place in lists: its begin, or the best that is known for it. */
  readonly beganAtMs: number;
  readonly connector: number | null;
  readonly idTag: string | null;
  readonly idTagStatus: string | null;
  readonly startedAtMs: number | null;
  readonly stoppedAtMs: number | null;
  readonly meterStartWh: number | null;
  readonly meterStopWh: number | null;
  readonly meterLastWh: number | null;
  readonly meterLastAtMs: number | null;
  /** Null where begin or end of the meter is not known: never a guess. */
  readonly energyWh: number | null;
  readonly reason: string | null;
  readonly isOffline: boolean;
  readonly reconciled: string | null;
  readonly claimedId: string | null;
  /** Silences longer than `longestSilenceMs` between begin and end. */
  readonly holeCount: number;
  /** Numbers of the messages that never came. */
  readonly missing: Clusters;
  readonly duplicateCount: number;
}

/** What the facts amount to. */
export function standingOf(facts: TransactionFacts): Standing {
  const status = statusOf(facts);
  const { started, refused, unended: open, unmatched, reconciled: how, meter: last, heard } = facts;
  const stop = facts.ended ?? unmatched;
  const start = started ?? (status === "refused" ? refused : null);
  const shown = [start, facts.tag, refused].find((one) => one !== null && one.idTag !== null) ?? null;
  const startedAtMs = start?.startedAtMs ?? open?.startedAtMs ?? null;
  const stoppedAtMs = stop?.stoppedAtMs ?? null;
  return {
    status,
    beganAtMs: startedAtMs ?? heard[0]?.[0] ?? stoppedAtMs ?? facts.firstOccurredAtMs,
    connector: start?.connector ?? stop?.connector ?? open?.connector ?? facts.meteredConnector,
    idTag: shown?.idTag ?? null,
    idTagStatus: shown?.idTagStatus ?? null,
    startedAtMs,
    stoppedAtMs,
    meterStartWh: start?.meterStartWh ?? null,
    meterStopWh: stop?.meterStopWh ?? null,
    meterLastWh: last?.wh ?? open?.meterWh ?? null,
    meterLastAtMs: last?.atMs ?? null,
    energyWh: energyOf(status, facts),
    reason: stop?.reason ?? null,
    isOffline: facts.isOffline,
    reconciled: how?.how ?? null,
    claimedId: how?.claimedId ?? null,
    holeCount: holesOf(facts).length,
    missing: withoutClusters(facts.missed, facts.seqNos),
    duplicateCount: facts.duplicateCount,
  };
}

/** How long a station may say nothing of a transaction that it was set to meter so often. */
export function longestSilenceMs({ meterEveryMs }: Pick<TransactionFacts, "meterEveryMs">): number {
  return Math.max(LONGEST_SILENCE_MS, (meterEveryMs ?? 0) * MISSED_INTERVALS);
}

/** Its silences: the end of each stretch in which it was heard of, and the begin of the next. */
export function holesOf(facts: Pick<TransactionFacts, "heard" | "meterEveryMs">): readonly [number, number][] {
  const heard = joinClusters(facts.heard, facts.heard, longestSilenceMs(facts));
  return heard.slice(1).map(([from], index) => [heard[index]?.[1] ?? from, from]);
}

function statusOf(facts: TransactionFacts): TransactionStatus | undefined {
  const { started, ended, reconciled: how } = facts;
  if (wasRefused(facts)) return "refused";
  if (ended !== null) return started === null && how?.how === UNMATCHED ? "unmatched" : "ended";
  if (facts.unended !== null) return "unended";
  if (facts.unmatched !== null) return "unmatched";
  return started !== null || facts.heard.length > 0 ? "charging" : undefined;
}

/** Whether its begin was refused and nothing was charged: a tag refused on the way ends nothing by itself. */
function wasRefused({ started, refused, ended, heard }: TransactionFacts): boolean {
  if (refused === null || started !== null || (ended?.energyWh ?? 0) > 0) return false;
  return refused.startedAtMs !== null || heard.length === 0;
}

function energyOf(status: TransactionStatus | undefined, facts: TransactionFacts): number | null {
  const { started, ended, unended: open, meter: last } = facts;
  const since = (wh: number | null | undefined): number | null =>
    wh === null || wh === undefined || started === null || started.meterStartWh === null
      ? null
      : Math.max(0, wh - started.meterStartWh);
  switch (status) {
    case "ended":
      return ended?.energyWh ?? since(ended?.meterStopWh);
    case "unended":
      return open?.energyWh ?? since(last?.wh);
    case "charging":
      return since(last?.wh);
    case "refused":
    case "unmatched":
    case undefined:
      return null;
    default:
      return unreachable(status);
  }
}
