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
      newest: db.prepare<[string, string, number], { key: string }>(
        "SELECT key FROM dedupe WHERE key >= ? AND key < ? ORDER BY number DESC LIMIT ?",
      ),
      forget: db.prepare<[number]>("DELETE FROM dedupe WHERE number <= ?"),
    };
  }

  has(key: string): boolean {
    return this.#statements.has.get(key) !== undefined;
  }

  /** The newest keys that begin with `prefix`, oldest of them first. */
  newest(prefix: string, maxKeys: number): string[] {
    const rows = this.#statements.newest.all(prefix, `${prefix}\u{10ffff}`, maxKeys);
    return rows.map(({ key }) => key).toReversed();
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
