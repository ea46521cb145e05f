import type Database from "better-sqlite3";

/** The devices' own marks of entries written, so that what a device sends again is written once. */
export class DedupeKeys {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      add: db.prepare<[string, number]>("INSERT OR IGNORE INTO dedupe (key, noted_running_ms) VALUES (?, ?)"),
      has: db.prepare<[string]>("SELECT 1 FROM dedupe WHERE key = ?"),
      last: db.prepare<[], { number: number | null }>("SELECT max(number) AS number FROM dedupe"),
      oldest: db.prepare<[number], { number: number; notedMs: number }>(
        "SELECT number, noted_running_ms AS notedMs FROM dedupe ORDER BY number LIMIT ?",
      ),
      forget: db.prepare<[number]>("DELETE FROM dedupe WHERE number <= ?"),
    };
  }

  has(key: string): boolean {
    return this.#statements.has.get(key) !== undefined;
  }

  /** @param runningMs  how long the gateway has run in all: no jump of the wall clock makes a key old. */
  note(key: string, runningMs: number): void {
    this.#statements.add.run(key, runningMs);
  }

  /** Forgets keys noted before `beforeRunningMs` and those beyond the newest `maxKeys`, at most `maxRows` at once. */
  expire(limits: { readonly beforeRunningMs: number; readonly maxKeys: number; readonly maxRows: number }): void {
    const beyond = (this.#statements.last.get()?.number ?? 0) - limits.maxKeys;
    const past = this.#statements.oldest
      .all(limits.maxRows)
      .filter((row) => row.notedMs < limits.beforeRunningMs || row.number <= beyond)
      .at(-1);
    if (past !== undefined) this.#statements.forget.run(past.number);
  }
}
