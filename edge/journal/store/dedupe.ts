import type Database from "better-sqlite3";

/** The devices' own marks of entries written, so that what a device sends again is written once. */
export class DedupeKeys {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      add: db.prepare<[string, number]>("INSERT INTO dedupe (key, noted_running_ms) VALUES (?, ?)"),
      has: db.prepare<[string]>("SELECT 1 FROM dedupe WHERE key = ?"),
      oldest: db.prepare<[number], { number: number; notedMs: number }>(
        "SELECT number, noted_running_ms AS notedMs FROM dedupe ORDER BY number LIMIT ?",
      ),
      forget: db.prepare<[number]>("DELETE FROM dedupe WHERE number <= ?"),
    };
  }

  has(key: string): boolean {
    return this.#statements.has.get(key) !== undefined;
  }

  /**
   * Notes a key that is not there yet, and forgets the oldest beyond `maxKeys`.
   *
   * @param runningMs  how long the gateway has run in all: no jump of the wall clock makes a key old.
   */
  note(key: string, runningMs: number, maxKeys: number): void {
    const { lastInsertRowid } = this.#statements.add.run(key, runningMs);
    this.#statements.forget.run(Number(lastInsertRowid) - maxKeys);
  }

  /** Forgets the keys noted before `beforeRunningMs`, at most `maxKeys` at once. */
  expire(beforeRunningMs: number, maxKeys: number): void {
    const past = this.#statements.oldest.all(maxKeys).findLast((row) => row.notedMs < beforeRunningMs);
    if (past !== undefined) this.#statements.forget.run(past.number);
  }
}
