import type Database from "better-sqlite3";

/** Key-value rows: how alarms and armed timers stand. They change in the transaction of the entry that changed them. */
export class StateRows {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      set: db.prepare<[string, string]>("INSERT OR REPLACE INTO state VALUES (?, ?)"),
      remove: db.prepare<[string]>("DELETE FROM state WHERE key = ?"),
      under: db.prepare<{ prefix: string }, { key: string; value: string }>(
        "SELECT key, value FROM state WHERE key >= @prefix AND substr(key, 1, length(@prefix)) = @prefix",
      ),
    };
  }

  /** Sets rows; null deletes one. */
  save(rows: Readonly<Record<string, string | null>>): void {
    for (const [key, value] of Object.entries(rows)) {
      if (value === null) this.#statements.remove.run(key);
      else this.#statements.set.run(key, value);
    }
  }

  /** Rows whose key begins with `prefix`. */
  load(prefix: string): Map<string, string> {
    return new Map(this.#statements.under.all({ prefix }).map((row) => [row.key, row.value]));
  }
}
