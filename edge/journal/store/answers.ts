import type Database from "better-sqlite3";

/** What became of a request with alarms or results in it, in the compact form of the worker's protocol. */
export interface StoredAnswer {
  readonly epoch: string;
  readonly outcomes: readonly number[];
}

/**
 * Answers to requests that are asked again when the worker died before it could give them. Written in the request's
 * own transaction, so that an alarm that was committed but never reported so is not committed twice.
 */
export class Answers {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      find: db.prepare<[string, number], { epoch: string; outcomes: string }>(
        "SELECT epoch, outcomes FROM answer WHERE run = ? AND id = ?",
      ),
      save: db.prepare<[number, string, string, string]>("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)"),
      forget: db.prepare<[string, number]>("DELETE FROM answer WHERE run != ? OR id < ?"),
    };
  }

  find(run: string, id: number): StoredAnswer | undefined {
    const row = this.#statements.find.get(run, id);
    if (row === undefined) return undefined;
    return { epoch: row.epoch, outcomes: row.outcomes.split(",").map(Number) };
  }

  /** Saves an answer, and forgets those of earlier runs and those below `oldestPending`, which have arrived. */
  save(run: string, id: number, answer: StoredAnswer, oldestPending: number): void {
    this.#statements.forget.run(run, oldestPending);
    this.#statements.save.run(id, run, answer.epoch, answer.outcomes.join(","));
  }
}
