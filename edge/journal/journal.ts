import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Intervals } from "@outpost/wire/identifiers.ts";
import type { Stream } from "@outpost/wire/streams.ts";

import type { Quarantine } from "./store/quarantine.ts";

/** Something to write down. `body` is one `wireRecord` as JSON text, without line breaks. */
export interface Entry {
  readonly stream: Stream;
  readonly recordedAtMs: number;
  readonly body: string;
  /** Entries of one lane (a device's point) are thinned together when the disk runs short. */
  readonly lane: string;
  /**
   * The device's own mark for this entry. A second entry with the same key writes nothing: what a device sends again
   * because our acknowledgement was lost is one record. Unique over the whole journal: begin it with the device's id.
   * Remembered for a week of running time, not remembered where the entry was dropped.
   */
  readonly dedupeKey?: string | undefined;
  /**
   * Belongs to the entry before it in the same call: a repeat where that one is, and remembered with it, once for them
   * all and unless all were dropped. What a device says in one message is so marked once and not each part of it.
   */
  readonly joinsPrevious?: boolean;
  /**
   * Rows of the key-value state that change together with this entry, in the same SQLite transaction; null deletes.
   * They are saved even where the entry is dropped, and left alone where it is a duplicate.
   */
  readonly state?: Readonly<Record<string, string | null>> | undefined;
}

/** What became of an entry, as `append` reports it. `dropped` only where the disk ladder says so; its place goes up as a void record. */
export type Written =
  | { readonly kind: "written"; readonly epoch: string; readonly sequence: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "dropped"; readonly reason: "disk-full" };

export type DiskLadder = "normal" | "no-evidence" | "thin-measurements" | "no-measurements" | "no-occurrences";

/** How the journal stands, for the hello, the status page and the metrics. */
export interface JournalStatus {
  readonly epoch: string;
  /** Epochs with rows still held, the current one last, with the next sequence of each stream ever used. */
  readonly epochs: readonly {
    readonly epoch: string;
    readonly nextSequences: Readonly<Partial<Record<Stream, number>>>;
  }[];
  /** Rows not yet confirmed by the fleet, over all epochs. */
  readonly waiting: Readonly<Record<Stream, number>>;
  readonly bytesUsed: number;
  readonly bytesAllowed: number;
  readonly ladder: DiskLadder;
  /** Set while the disk takes nothing: alarms and results wait in memory and are tried again. */
  readonly writeFault: string | undefined;
  /** Set once a file was found damaged, at opening or later. */
  readonly quarantined: Quarantine | undefined;
}

/** What happened, in order, until the fleet says it has it. One SQLite file, written by one worker thread. */
export interface Journal extends AsyncDisposable {
  /** Set once the file was found damaged or gone, at opening or later; it was put aside and a new epoch began. */
  readonly quarantined: Quarantine | undefined;

  /**
   * Writes entries in order. Resolves when they are as durable as their stream promises (`DURABILITY` of the wire):
   * `each` after its fsync, `grouped` within a second, but at once where an entry has a de-duplication key: its device
   * waits to be answered. A call with an alarm or a result in it is never refused while
   * there is a place among those kept for them, and waits for the disk as long as that takes.
   *
   * @throws JournalError `journal/closed`, `journal/queue-full` (the caller decides what to give up), `journal/disk`,
   *         `journal/too-large`.
   */
  append(entries: readonly Entry[]): Promise<readonly Written[]>;

  /** Writes state rows alone, synced. @throws JournalError `journal/closed`, `journal/disk`, `journal/too-large`. */
  saveState(rows: Readonly<Record<string, string | null>>): Promise<void>;
  /** All state rows whose key begins with `prefix`. @throws JournalError `journal/closed`, `journal/disk`. */
  loadState(prefix: string): Promise<ReadonlyMap<string, string>>;

  /**
   * The newest de-duplication keys that begin with `prefix`, at most `maxKeys`, oldest of them first.
   *
   * @throws JournalError `journal/closed`, `journal/disk`.
   */
  loadKeys(prefix: string, maxKeys: number): Promise<readonly string[]>;

  /**
   * Unconfirmed rows of one stream of one epoch with a sequence above `after`, ascending, within both limits; the
   * first even where it alone is over `maxBytes`. A void row stands at the first sequence of its range.
   */
  read(query: {
    readonly epoch: string;
    readonly stream: Stream;
    readonly after: number;
    readonly maxRows: number;
    readonly maxBytes: number;
  }): Promise<readonly BatchRow[]>;

  /** The fleet holds these: they may be deleted, and are before the result resolves. */
  confirm(epoch: string, stream: Stream, intervals: Intervals): Promise<void>;

  /** Begins a new epoch: a restored image was found, or the fleet asked for it. @returns its id. */
  openEpoch(reason: string): Promise<string>;

  /**
   * Moves the rows of an epoch from the given sequence of each stream on to the end of the current epoch, in order and in
   * one SQLite transaction, because the fleet holds other records under these numbers. Where `epoch` is the current one,
   * a new one begins first, so that nothing written meanwhile comes before them.
   */
  renumber(epoch: string, from: Readonly<Partial<Record<Stream, number>>>): Promise<void>;

  status(): Promise<JournalStatus>;

  /** Called after each commit with the streams that gained rows. @returns a function that ends it. */
  onWritten(listener: (streams: readonly Stream[]) => void): () => void;

  /** Called when another epoch became the current one, for whatever reason. @returns a function that ends it. */
  onEpochOpened(listener: (epoch: string) => void): () => void;
}
