import type { Stream } from "@outpost/wire/streams.ts";
import type Database from "better-sqlite3";

/** Streams whose unconfirmed rows expire. Alarms and results wait for ever. */
export const EXPIRING_STREAMS = ["occurrence", "measurement", "evidence"] as const satisfies readonly Stream[];

/**
 * How old rows are, counted in time the gateway has run. Marks say where a stream stood at a time; a row below a mark
 * is older than it. Wall time would not do: a clock that wakes in 1970 or jumps by years would expire fresh rows.
 */
export class Ages {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      mark: db.prepare<[string, number, number]>("INSERT OR REPLACE INTO age_mark VALUES (?, ?, ?)"),
      newestUpTo: db.prepare<[string, number], { place: number | null }>(
        "SELECT max(place) AS place FROM age_mark WHERE stream = ? AND running_ms <= ?",
      ),
      forget: db.prepare<[string, number]>("DELETE FROM age_mark WHERE stream = ? AND place <= ?"),
    };
  }

  /** Notes that the stream's rows below `place` were written before `runningMs`. */
  mark(stream: Stream, runningMs: number, place: number): void {
    this.#statements.mark.run(stream, runningMs, place);
  }

  /** The place below which the stream's rows were written before `beforeRunningMs`, or undefined: none surely were. */
  expiredBelow(stream: Stream, beforeRunningMs: number): number | undefined {
    return this.#statements.newestUpTo.get(stream, beforeRunningMs)?.place ?? undefined;
  }

  /** Forgets the marks up to `place`, once nothing below it is left. */
  forget(stream: Stream, place: number): void {
    this.#statements.forget.run(stream, place);
  }
}
