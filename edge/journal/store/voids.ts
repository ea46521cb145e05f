import type { voidRecord } from "@outpost/wire/records.ts";
import { VOID_REASONS, type VoidReason } from "@outpost/wire/streams.ts";
import type { z } from "zod";

import type { Ledger } from "./ledger.ts";
import { ordinalOf, placeOf, sequenceOf } from "./schema.ts";
import type { StoredRow, StreamTable } from "./stream-table.ts";

/** A closed range of places inside one epoch. */
export interface PlaceRange {
  readonly from: number;
  readonly through: number;
}

/** The table whose rows change, and the counters that change with them. */
export interface VoidDeps {
  readonly table: StreamTable;
  readonly ledger: Ledger;
}

/**
 * Replaces every row of the range by one void row, merged with void rows of the same reason that touch it.
 *
 * The void keeps the recorded time of the first row it replaces: that row may already be at the fleet, which tells a
 * repeated number from a number used twice by its recorded time.
 *
 * @param range  begins and ends with rows of ours; no number inside it may have been confirmed.
 */
export function putVoid(deps: VoidDeps, range: PlaceRange, reason: VoidReason, recordedAtMs: number): void {
  const { table } = deps;
  removeRows(deps, range);
  const left = touching(table, range.from, reason);
  const right = beginningAt(table, range.through + 1, reason);
  if (left !== undefined) removeRows(deps, { from: left.place, through: left.place });
  if (right !== undefined) removeRows(deps, { from: right.place, through: right.place });
  const merged = { from: left?.place ?? range.from, through: right?.through ?? range.through };
  insertVoid(deps, merged, reason, left?.recordedAtMs ?? recordedAtMs);
}

/**
 * Forgets a range: records in it go, void rows that reach beyond it keep what lies outside.
 *
 * @param range  any places of one epoch; numbers without a row are fine.
 */
export function cutRange(deps: VoidDeps, range: PlaceRange): void {
  const { table } = deps;
  const epochStart = placeOf(ordinalOf(range.from), 0);
  const left = table.lastOf(epochStart, range.from - 1);
  const right = table.lastOf(epochStart, range.through);
  removeRows(deps, range);
  if (left?.through != null && left.through >= range.from) {
    removeRows(deps, { from: left.place, through: left.place });
    insertVoid(deps, { from: left.place, through: range.from - 1 }, reasonOf(left), left.recordedAtMs);
  }
  if (right?.through != null && right.through > range.through) {
    insertVoid(deps, { from: range.through + 1, through: right.through }, reasonOf(right), right.recordedAtMs);
  }
}

/**
 * Gives `count` numbers at the end of the current epoch to records that were dropped before they were written.
 *
 * @param recordedAtMs  when the first of them would have been recorded.
 */
export function appendVoid(deps: VoidDeps, count: number, reason: VoidReason, recordedAtMs: number): void {
  const { ledger, table } = deps;
  const first = placeOf(ledger.current.ordinal, ledger.take(table.stream, count));
  putVoid(deps, { from: first, through: first + count - 1 }, reason, recordedAtMs);
}

/** The reason a void row states. A row that cannot be read any more counts as dropped, the gravest. */
export function reasonOf(row: StoredRow): VoidReason {
  const stated = /"reason":"([a-z-]+)"/.exec(row.body)?.[1];
  return VOID_REASONS.find((reason) => reason === stated) ?? "dropped-disk-full";
}

function insertVoid({ table, ledger }: VoidDeps, range: PlaceRange, reason: VoidReason, recordedAtMs: number): void {
  const body = JSON.stringify({
    kind: "void",
    throughSequence: sequenceOf(range.through),
    count: range.through - range.from + 1,
    reason,
  } satisfies z.infer<typeof voidRecord>);
  table.insert({ place: range.from, recordedAtMs, lane: "", through: range.through, body });
  const tally = ledger.tally(table.stream, ordinalOf(range.from));
  tally.rows += 1;
  tally.voids += 1;
}

function removeRows({ table, ledger }: VoidDeps, range: PlaceRange): void {
  const removed = table.remove(range.from, range.through);
  const tally = ledger.tally(table.stream, ordinalOf(range.from));
  tally.rows -= removed.records + removed.voids;
  tally.voids -= removed.voids;
}

function touching(table: StreamTable, from: number, reason: VoidReason): StoredRow | undefined {
  const row = table.lastOf(placeOf(ordinalOf(from), 0), from - 1);
  return row !== undefined && row.through === from - 1 && reasonOf(row) === reason ? row : undefined;
}

function beginningAt(
  table: StreamTable,
  place: number,
  reason: VoidReason,
): ({ place: number; through: number } & StoredRow) | undefined {
  const row = table.at(place);
  if (row === undefined || row.through === null || reasonOf(row) !== reason) return undefined;
  return { ...row, through: row.through };
}
