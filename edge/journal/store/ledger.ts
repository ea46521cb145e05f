import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { STREAMS, type Stream } from "@outpost/wire/streams.ts";
import type Database from "better-sqlite3";

import { isStream, MAX_ORDINAL } from "./schema.ts";

/** 128 bits. */
const EPOCH_HEX_DIGITS = 32;

/** The counters of one stream of one epoch. `rows` counts void rows too; `voids` those alone. */
export interface Tally {
  nextSequence: number;
  rows: number;
  voids: number;
}

/** An epoch and its counters. The ordinal orders epochs by when they were opened. */
export interface EpochEntry {
  readonly ordinal: number;
  readonly epoch: string;
  readonly tallies: Map<Stream, Tally>;
}

interface CounterRow {
  readonly ordinal: number;
  readonly stream: string;
  readonly next_sequence: number;
  readonly rows: number;
  readonly voids: number;
}

/**
 * Epochs and sequence counters. The counters are rows of their own, so that a number is never used again because its
 * row was confirmed and deleted. Read at the start of each SQLite transaction and saved at its end: what was rolled
 * back is never remembered here.
 */
export class Ledger {
  readonly #statements;
  #epochs: EpochEntry[] = [];
  readonly #touched = new Set<number>();

  constructor(db: Database.Database) {
    this.#statements = {
      epochs: db.prepare<[], { ordinal: number; epoch: string }>("SELECT ordinal, epoch FROM epoch ORDER BY ordinal"),
      counters: db.prepare<[], CounterRow>("SELECT * FROM counter"),
      addEpoch: db.prepare<[number, string, number, string]>("INSERT INTO epoch VALUES (?, ?, ?, ?)"),
      forgetEpoch: db.prepare<[number]>("DELETE FROM epoch WHERE ordinal = ?"),
      forgetCounters: db.prepare<[number]>("DELETE FROM counter WHERE ordinal = ?"),
      saveCounter: db.prepare<[number, string, number, number, number]>(
        "INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?, ?)",
      ),
    };
  }

  /** Reads everything anew from the file. */
  load(): void {
    this.#touched.clear();
    this.#epochs = this.#statements.epochs.all().map((row) => ({ ...row, tallies: new Map<Stream, Tally>() }));
    for (const row of this.#statements.counters.all()) {
      const entry = this.#epochs.find((one) => one.ordinal === row.ordinal);
      if (entry === undefined || !isStream(row.stream)) continue;
      entry.tallies.set(row.stream, { nextSequence: row.next_sequence, rows: row.rows, voids: row.voids });
    }
  }

  /** Writes what changed since `load`, and forgets past epochs that hold no row any more. */
  save(): void {
    const current = this.current.ordinal;
    for (const ordinal of this.#touched) {
      const entry = this.#epochs.find((one) => one.ordinal === ordinal);
      if (entry === undefined) continue;
      if (ordinal !== current && !holdsRows(entry)) {
        this.#statements.forgetCounters.run(ordinal);
        this.#statements.forgetEpoch.run(ordinal);
        this.#epochs = this.#epochs.filter((one) => one !== entry);
        continue;
      }
      for (const [stream, tally] of entry.tallies) {
        this.#statements.saveCounter.run(ordinal, stream, tally.nextSequence, tally.rows, tally.voids);
      }
    }
    this.#touched.clear();
  }

  /** Oldest first, the current one last. */
  get epochs(): readonly EpochEntry[] {
    return this.#epochs;
  }

  get current(): EpochEntry {
    const last = this.#epochs.at(-1);
    assert(last !== undefined, "a journal file has an epoch from its making");
    return last;
  }

  find(epoch: string): EpochEntry | undefined {
    return this.#epochs.find((one) => one.epoch === epoch);
  }

  /** The counters to change: those of the stream in the current epoch, or in the one with this ordinal. */
  tally(stream: Stream, ordinal = this.current.ordinal): Tally {
    const entry = this.#epochs.find((one) => one.ordinal === ordinal);
    assert(entry !== undefined, "counters belong to a known epoch");
    this.#touched.add(ordinal);
    const known = entry.tallies.get(stream);
    if (known !== undefined) return known;
    const fresh: Tally = { nextSequence: 1, rows: 0, voids: 0 };
    entry.tallies.set(stream, fresh);
    return fresh;
  }

  /** Takes the next `count` sequences of the stream in the current epoch. @returns the first of them. */
  take(stream: Stream, count = 1): number {
    const tally = this.tally(stream);
    const first = tally.nextSequence;
    tally.nextSequence += count;
    return first;
  }

  /** Makes a new current epoch with a random id. Past epochs without rows are forgotten at `save`. */
  openEpoch(openedAtMs: number, reason: string, epoch = randomBytes(16).toString("hex")): string {
    const previous = this.#epochs.at(-1);
    const ordinal = (previous?.ordinal ?? 0) + 1;
    assert(ordinal <= MAX_ORDINAL, "an epoch is opened a few times in a journal's life");
    this.#statements.addEpoch.run(ordinal, epoch, openedAtMs, reason);
    this.#epochs.push({ ordinal, epoch, tallies: new Map() });
    this.#touched.add(ordinal);
    if (previous !== undefined) this.#touched.add(previous.ordinal);
    return epoch;
  }

  /**
   * The id of the epoch that takes over rows of `epoch`: always the same, so that an image of this disk, put back once
   * more, gives the moved rows the same places again and the fleet knows them.
   */
  successorOf(epoch: string): string {
    let successor = epoch;
    do successor = createHash("sha256").update(successor).digest("hex").slice(0, EPOCH_HEX_DIGITS);
    while (this.find(successor) !== undefined);
    return successor;
  }

  /** Rows held over all epochs. */
  rowsOf(stream: Stream): number {
    return this.#sum(stream, (tally) => tally.rows);
  }

  /** Rows held that are no void rows. */
  recordsOf(stream: Stream): number {
    return this.#sum(stream, (tally) => tally.rows - tally.voids);
  }

  #sum(stream: Stream, count: (tally: Tally) => number): number {
    return this.#epochs.reduce((sum, entry) => {
      const tally = entry.tallies.get(stream);
      return tally === undefined ? sum : sum + count(tally);
    }, 0);
  }
}

/** Whether any stream of the epoch still holds rows. */
export function holdsRows(entry: EpochEntry): boolean {
  return STREAMS.some((stream) => (entry.tallies.get(stream)?.rows ?? 0) > 0);
}
