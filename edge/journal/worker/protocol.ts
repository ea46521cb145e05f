import assert from "node:assert/strict";

import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Intervals } from "@outpost/wire/identifiers.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

import type { JournalErrorCode } from "../errors.ts";
import type { Entry, JournalStatus, Written } from "../journal.ts";
import type { JournalLimits } from "../limits.ts";
import type { Quarantine } from "../store/quarantine.ts";

/** What the worker is started with. `run` is random for each journal object, the same for every worker it starts. */
export interface WorkerSettings {
  readonly directory: string;
  readonly maxBytes: number;
  readonly keepMs: number;
  readonly limits: JournalLimits;
  readonly run: string;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

type StateRows = NonNullable<Entry["state"]>;

/** Entries in one flat list: it is copied to another thread several times faster than objects or typed columns are. */
export interface PackedEntries {
  readonly count: number;
  /** Of each entry: stream, recorded time, lane, body, mark. */
  readonly cells: readonly (string | number | null)[];
  /** The state rows of the few entries that carry some, by their index. */
  readonly states: readonly (readonly [index: number, rows: StateRows])[];
}

/** One entry of a packed list. `mark`: its de-duplication key, `JOINS` where it belongs to the entry before it. */
export interface PackedEntry {
  readonly stream: Stream;
  readonly recordedAtMs: number;
  readonly lane: string;
  readonly body: string;
  readonly mark: string | typeof JOINS | undefined;
}

const CELLS = 5;
export const JOINS = 1;

export type Request =
  | {
      readonly kind: "append";
      readonly id: number;
      readonly entries: PackedEntries;
      readonly chars: number;
      /** Holds an alarm or a result: never refused, waits for the disk as long as it takes. */
      readonly mustKeep: boolean;
      /** Whether every stream in it may wait for company. */
      readonly isGrouped: boolean;
      /** Of the requests that must be kept, the lowest not yet answered. */
      readonly oldestPending: number;
    }
  | { readonly kind: "save-state"; readonly id: number; readonly rows: Readonly<Record<string, string | null>> }
  | { readonly kind: "load-state"; readonly id: number; readonly prefix: string }
  | { readonly kind: "load-keys"; readonly id: number; readonly prefix: string; readonly maxKeys: number }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly epoch: string;
      readonly stream: Stream;
      readonly after: number;
      readonly maxRows: number;
      readonly maxBytes: number;
    }
  | {
      readonly kind: "confirm";
      readonly id: number;
      readonly epoch: string;
      readonly stream: Stream;
      readonly intervals: Intervals;
    }
  | { readonly kind: "open-epoch"; readonly id: number; readonly reason: string }
  | {
      readonly kind: "renumber";
      readonly id: number;
      readonly epoch: string;
      readonly from: Readonly<Partial<Record<Stream, number>>>;
    }
  | { readonly kind: "status"; readonly id: number };

export type AppendRequest = Extract<Request, { kind: "append" }>;

export type ToWorker =
  | Request
  | { readonly kind: "tick"; readonly wallMs: number; readonly monotonicMs: number }
  | { readonly kind: "close" };

/** `outcomes`: a sequence where positive, else one of the marks below. */
export type Answer =
  | { readonly kind: "appended"; readonly id: number; readonly epoch: string; readonly outcomes: readonly number[] }
  | { readonly kind: "state"; readonly id: number; readonly rows: ReadonlyMap<string, string> }
  | { readonly kind: "keys"; readonly id: number; readonly keys: readonly string[] }
  | { readonly kind: "rows"; readonly id: number; readonly rows: readonly BatchRow[] }
  | { readonly kind: "epoch"; readonly id: number; readonly epoch: string }
  | { readonly kind: "status"; readonly id: number; readonly status: JournalStatus }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly code: JournalErrorCode; readonly message: string };

export type FromWorker =
  /** The first try to open the file is over, well or not. */
  | { readonly kind: "opened" }
  | { readonly kind: "answers"; readonly answers: readonly Answer[]; readonly written: readonly Stream[] }
  | { readonly kind: "epoch-opened"; readonly epoch: string }
  | { readonly kind: "quarantined"; readonly quarantine: Quarantine }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: object;
    };

export const DUPLICATE = 0;
export const DROPPED = -1;

export function packEntries(entries: readonly Entry[]): PackedEntries {
  const cells: (string | number | null)[] = [];
  const states: [number, StateRows][] = [];
  for (const { stream, recordedAtMs, lane, body, dedupeKey, joinsPrevious, state } of entries) {
    const mark = joinsPrevious === true ? JOINS : (dedupeKey ?? null);
    if (state !== undefined) states.push([cells.length / CELLS, state]);
    cells.push(STREAMS.indexOf(stream), recordedAtMs, lane, body, mark);
  }
  return { count: entries.length, cells, states };
}

/** One entry of a packed list. */
export function unpackEntry({ cells }: PackedEntries, index: number): PackedEntry {
  const at = index * CELLS;
  const recordedAtMs = cells[at + 1];
  const lane = cells[at + 2];
  const body = cells[at + 3];
  const mark = cells[at + 4] ?? undefined;
  const stream = STREAMS[Number(cells[at])];
  assert(stream !== undefined && typeof recordedAtMs === "number", "packed entries have all their cells");
  assert(typeof lane === "string" && typeof body === "string", "packed entries have all their cells");
  return { stream, recordedAtMs, lane, body, mark: typeof mark === "number" ? JOINS : mark };
}

/** What became of each entry, in the words of the journal's contract. */
export function unpackOutcomes(epoch: string, outcomes: readonly number[]): Written[] {
  return outcomes.map((outcome): Written => {
    if (outcome === DUPLICATE) return { kind: "duplicate" };
    if (outcome === DROPPED) return { kind: "dropped", reason: "disk-full" };
    return { kind: "written", epoch, sequence: outcome };
  });
}
