import type { Stream } from "@outpost/wire/streams.ts";

import { EXPIRING_STREAMS } from "../store/ages.ts";
import { writeAnchor } from "../store/anchor.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { anchorPath, type OpenedFile } from "../store/open-file.ts";
import { giveUpOldest } from "../store/rows.ts";
import { placeOf } from "../store/schema.ts";
import type { WorkerSettings } from "./protocol.ts";

const HOUR_MS = 3_600_000;
const RUNNING_MS = "running_ms";

/**
 * How long the gateway has run with this journal, and what is due because of it: marks of age, retention, expiry of
 * de-duplication keys, the anchor. Time comes in from outside.
 */
export class Aging {
  readonly #settings: WorkerSettings;
  readonly #markEveryMs: number;
  #wallMs: number;
  #monotonicMs: number;
  #runningMs = 0;
  #markedMs = -Infinity;
  #anchoredMs = 0;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#wallMs = settings.wallMs;
    this.#monotonicMs = settings.monotonicMs;
    this.#markEveryMs = Math.min(HOUR_MS, settings.keepMs / 24);
  }

  get wallMs(): number {
    return this.#wallMs;
  }

  /** Time the gateway has run since the file was made, in all its lives. A crash forgets at most an hour of it. */
  get runningMs(): number {
    return this.#runningMs;
  }

  fileChanged(file: JournalFile): void {
    this.#runningMs = Number(file.note(RUNNING_MS) ?? 0);
    this.#anchoredMs = this.#runningMs;
    this.#markedMs = -Infinity;
  }

  advance(wallMs: number, monotonicMs: number): void {
    this.#runningMs += Math.max(0, monotonicMs - this.#monotonicMs);
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
  }

  /** Does a chunk of what is due. @returns the streams that gained void rows. */
  work(opened: OpenedFile): readonly Stream[] {
    const { file } = opened;
    const { limits, directory } = this.#settings;
    if (this.#runningMs >= this.#markedMs + this.#markEveryMs) {
      file.atomically(() => this.#mark(file));
      this.#markedMs = this.#runningMs;
    }
    if (this.#runningMs >= this.#anchoredMs + limits.anchorMs) {
      this.#anchoredMs = this.#runningMs;
      writeAnchor(anchorPath(directory), file, opened.generation);
    }
    return EXPIRING_STREAMS.filter((stream) => this.#expire(file, stream));
  }

  /** Notes the running time in the file, in a transaction of its own. */
  remember(file: JournalFile): void {
    file.atomically(() => this.note(file));
  }

  /** Notes the running time in the file, as part of the transaction under way. */
  note(file: JournalFile): void {
    file.setNote(RUNNING_MS, String(this.#runningMs));
  }

  #mark(file: JournalFile): void {
    const { limits } = this.#settings;
    const { ordinal, tallies } = file.ledger.current;
    for (const stream of EXPIRING_STREAMS) {
      // Only looked at: a counter that is asked for is from then on one of a stream in use.
      const next = placeOf(ordinal, tallies.get(stream)?.nextSequence ?? 1);
      file.ages.mark(stream, this.#runningMs, next);
    }
    file.dedupe.expire(this.#runningMs - limits.dedupeKeepMs, limits.chunkRows);
    this.note(file);
  }

  #expire(file: JournalFile, stream: Stream): boolean {
    const beforePlace = file.ages.expiredBelow(stream, this.#runningMs - this.#settings.keepMs);
    if (beforePlace === undefined) return false;
    const where = { beforePlace, maxRecords: this.#settings.limits.chunkRows };
    return file.atomically(() => {
      const expired = giveUpOldest(file, stream, where, "expired");
      if (expired < where.maxRecords) file.ages.forget(stream, beforePlace);
      return expired > 0;
    });
  }
}
