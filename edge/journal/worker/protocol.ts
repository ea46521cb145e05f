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

/** Entries as columns: a message of a thousand of them is copied several times faster so than as objects. */
export interface PackedEntries {
  readonly streams: Uint8Array;
  readonly recordedAtMs: Float64Array;
  readonly lanes: readonly string[];
  readonly bodies: readonly string[];
  /** The few entries that carry more, by their index. */
  readonly extras: ReadonlyMap<number, Pick<Entry, "dedupeKey" | "state">>;
}

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
  | { readonly kind: "appended"; readonly id: number; readonly epoch: string; readonly outcomes: Float64Array }
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
  const extras = new Map<number, Pick<Entry, "dedupeKey" | "state">>();
  const streams = new Uint8Array(entries.length);
  const recordedAtMs = new Float64Array(entries.length);
  for (const [index, entry] of entries.entries()) {
    streams[index] = STREAMS.indexOf(entry.stream);
    recordedAtMs[index] = entry.recordedAtMs;
    const { dedupeKey, state } = entry;
    if (dedupeKey !== undefined || state !== undefined) {
      extras.set(index, { ...(dedupeKey !== undefined && { dedupeKey }), ...(state !== undefined && { state }) });
    }
  }
  return {
    streams,
    recordedAtMs,
    lanes: entries.map((entry) => entry.lane),
    bodies: entries.map((entry) => entry.body),
    extras,
  };
}

/** What became of each entry, in the words of the journal's contract. */
export function unpackOutcomes(epoch: string, outcomes: Float64Array): Written[] {
  return Array.from(outcomes, (outcome): Written => {
    if (outcome === DUPLICATE) return { kind: "duplicate" };
    if (outcome === DROPPED) return { kind: "dropped", reason: "disk-full" };
    return { kind: "written", epoch, sequence: outcome };
  });
}
