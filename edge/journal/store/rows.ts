import assert from "node:assert/strict";

import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Intervals } from "@outpost/wire/identifiers.ts";
import { STREAMS, type Stream, type VoidReason } from "@outpost/wire/streams.ts";

import type { JournalFile } from "./journal-file.ts";
import { ordinalOf, placeOf, sequenceOf } from "./schema.ts";
import { appendVoid, cutRange, putVoid, reasonOf } from "./voids.ts";

/** What a row costs on the wire beside its body: sequence, recorded time, separators. */
const ROW_OVERHEAD_BYTES = 32;

/** Rows held in memory while an epoch's rows move to another. */
const MOVED_AT_ONCE = 1_000;

/** A row to be written. */
export interface NewRow {
  readonly stream: Stream;
  readonly recordedAtMs: number;
  readonly lane: string;
  readonly body: string;
}

/** Writes one row at the end of the current epoch. @returns its sequence. */
export function appendRow(file: JournalFile, row: NewRow): number {
  const { ledger } = file;
  const sequence = ledger.take(row.stream);
  const place = placeOf(ledger.current.ordinal, sequence);
  const { recordedAtMs, lane, body } = row;
  file.table(row.stream).insert({ place, recordedAtMs, lane, through: null, body });
  ledger.tally(row.stream).rows += 1;
  return sequence;
}

/**
 * Reads rows of one stream of one epoch above `after`, ascending. The first is given even where it alone is over
 * `maxBytes`, because otherwise nobody would ever get past it.
 */
export function readRows(
  file: JournalFile,
  query: {
    readonly epoch: string;
    readonly stream: Stream;
    readonly after: number;
    readonly maxRows: number;
    readonly maxBytes: number;
  },
): BatchRow[] {
  const entry = file.ledger.find(query.epoch);
  if (entry === undefined) return [];
  const rows: BatchRow[] = [];
  let bytes = 0;
  const from = placeOf(entry.ordinal, query.after + 1);
  const through = placeOf(entry.ordinal + 1, 0) - 1;
  for (const row of file.table(query.stream).iterate(from, through, query.maxRows)) {
    bytes += Buffer.byteLength(row.body) + ROW_OVERHEAD_BYTES;
    if (rows.length > 0 && bytes > query.maxBytes) break;
    rows.push({ sequence: sequenceOf(row.place), recordedAtMs: row.recordedAtMs, body: row.body });
  }
  return rows;
}

/**
 * Deletes confirmed rows, at most about `maxRows` of them, so that one transaction stays short.
 *
 * @returns the intervals still to be done; empty when all is.
 */
export function confirmRows(
  file: JournalFile,
  confirmed: { readonly epoch: string; readonly stream: Stream; readonly intervals: Intervals },
  maxRows: number,
): Intervals {
  const entry = file.ledger.find(confirmed.epoch);
  if (entry === undefined) return [];
  const table = file.table(confirmed.stream);
  const deps = { table, ledger: file.ledger };
  const end = placeOf(entry.ordinal, (entry.tallies.get(confirmed.stream)?.nextSequence ?? 1) - 1);
  let budget = maxRows;
  for (const [index, [first, last]] of confirmed.intervals.entries()) {
    const from = placeOf(entry.ordinal, first);
    const through = Math.min(placeOf(entry.ordinal, last), end);
    if (from > through) continue;
    const beyondBudget = table.nth(from, through, budget);
    if (beyondBudget !== undefined) {
      cutRange(deps, { from, through: beyondBudget - 1 });
      return [[sequenceOf(beyondBudget), last], ...confirmed.intervals.slice(index + 1)];
    }
    const before = file.ledger.tally(confirmed.stream, entry.ordinal).rows;
    cutRange(deps, { from, through });
    // An interval without rows costs a look-up or two: it counts as one, so that thousands of them are split as well.
    budget -= Math.max(1, before - file.ledger.tally(confirmed.stream, entry.ordinal).rows);
    if (budget <= 0) return confirmed.intervals.slice(index + 1);
  }
  return [];
}

/**
 * Gives the rows of an epoch from these sequences on new numbers at the end of the current epoch, in order; recorded
 * time and body stay. A void moves with its count.
 *
 * @returns the streams named.
 */
export function renumberFrom(
  file: JournalFile,
  epoch: string,
  from: Readonly<Partial<Record<Stream, number>>>,
): Stream[] {
  const entry = file.ledger.find(epoch);
  if (entry === undefined) return [];
  assert(entry !== file.ledger.current, "rows move to another epoch");
  return STREAMS.filter((stream) => {
    const first = from[stream];
    if (first !== undefined) moveRows(file, stream, placeOf(entry.ordinal, first));
    return first !== undefined;
  });
}

function moveRows(file: JournalFile, stream: Stream, from: number): void {
  const table = file.table(stream);
  const deps = { table, ledger: file.ledger };
  const epochStart = placeOf(ordinalOf(from), 0);
  const through = placeOf(ordinalOf(from) + 1, 0) - 1;
  const reaching = table.lastOf(epochStart, from - 1);
  if (reaching?.through != null && reaching.through >= from) {
    cutRange(deps, { from, through: reaching.through });
    appendVoid(deps, reaching.through - from + 1, reasonOf(reaching), reaching.recordedAtMs);
  }
  for (;;) {
    const rows = [...table.iterate(from, through, MOVED_AT_ONCE)];
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) {
      if (row.through === null) appendRow(file, { ...row, stream });
      else appendVoid(deps, row.through - row.place + 1, reasonOf(row), row.recordedAtMs);
    }
    cutRange(deps, { from, through: last.through ?? last.place });
  }
}

/**
 * Turns the oldest records of a stream into voids.
 *
 * @param where  `beforePlace`: only records below this place; `maxRecords`: at most so many at once.
 * @returns how many records went.
 */
export function giveUpOldest(
  file: JournalFile,
  stream: Stream,
  where: { readonly beforePlace: number; readonly maxRecords: number },
  reason: VoidReason,
): number {
  const table = file.table(stream);
  const places = table.places(0, where.beforePlace - 1, where.maxRecords);
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return 0;
  for (const run of contiguousRuns(table.spans(first, last))) {
    putVoid({ table, ledger: file.ledger }, run, reason, run.recordedAtMs);
  }
  return places.length;
}

/** Joins spans that follow each other without a gap. Numbers of different epochs never do. */
function contiguousRuns(
  spans: readonly { readonly place: number; readonly through: number; readonly recordedAtMs: number }[],
): { from: number; through: number; recordedAtMs: number }[] {
  const runs: { from: number; through: number; recordedAtMs: number }[] = [];
  for (const span of spans) {
    const run = runs.at(-1);
    if (run !== undefined && span.place === run.through + 1) run.through = span.through;
    else runs.push({ from: span.place, through: span.through, recordedAtMs: span.recordedAtMs });
  }
  return runs;
}
