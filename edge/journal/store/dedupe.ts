import type Database from "better-sqlite3";

import { KeyIndex } from "./key-index.ts";

/**
 * The devices' own marks of entries written, so that what a device sends again is written once. The table grows at its
 * end alone; what finds a key in it is in memory, because an index on disk costs a page of the log for nearly every key.
 */
export class DedupeKeys {
  readonly #statements;
  readonly #index = new KeyIndex();
  /** No row is below this number. */
  #oldest = 0;
  /** Rows up to this one are gone once the transaction under way is committed. */
  #goneThrough = 0;

  constructor(db: Database.Database) {
    this.#statements = {
      add: db.prepare<[string, number]>("INSERT INTO dedupe (key, noted_running_ms) VALUES (?, ?)"),
      isAt: db.prepare<[number, string]>("SELECT 1 FROM dedupe WHERE number = ? AND key = ?"),
      all: db.prepare<[], { number: number; key: string }>("SELECT number, key FROM dedupe ORDER BY number"),
      oldest: db.prepare<[number], { number: number; notedMs: number }>(
        "SELECT number, noted_running_ms AS notedMs FROM dedupe ORDER BY number LIMIT ?",
      ),
      newest: db.prepare<[string, string, number], { key: string }>(
        "SELECT key FROM dedupe WHERE key >= ? AND key < ? ORDER BY number DESC LIMIT ?",
      ),
      forget: db.prepare<[number]>("DELETE FROM dedupe WHERE number <= ?"),
    };
    for (const { number, key } of this.#statements.all.iterate()) this.#index.add(key, number);
  }

  has(key: string): boolean {
    // What was rolled back is still in the index, but not in the table.
    return this.#index.candidates(key).some((number) => this.#statements.isAt.get(number, key) !== undefined);
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
    const number = Number(this.#statements.add.run(key, runningMs).lastInsertRowid);
    this.#index.add(key, number);
    if (number - maxKeys >= this.#oldest) this.#forget(number - maxKeys);
  }

  /** Forgets the keys noted before `beforeRunningMs`, at most `maxKeys` at once. */
  expire(beforeRunningMs: number, maxKeys: number): void {
    const past = this.#statements.oldest.all(maxKeys).findLast((row) => row.notedMs < beforeRunningMs);
    if (past !== undefined) this.#forget(past.number);
  }

  /** The transaction under way is over. */
  settle(isCommitted: boolean): void {
    if (this.#goneThrough > 0) {
      if (isCommitted) this.#index.forget(this.#goneThrough);
      else this.#oldest = 0;
    }
    this.#goneThrough = 0;
  }

  #forget(throughNumber: number): void {
    this.#statements.forget.run(throughNumber);
    this.#goneThrough = throughNumber;
    this.#oldest = throughNumber + 1;
  }
}
