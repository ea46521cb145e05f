import type { Stream } from "@outpost/wire/streams.ts";
import type Database from "better-sqlite3";

import { Ages } from "./ages.ts";
import { Answers } from "./answers.ts";
import { DedupeKeys } from "./dedupe.ts";
import { Ledger } from "./ledger.ts";
import { StateRows } from "./state-rows.ts";
import { StreamTable } from "./stream-table.ts";

/** An open journal file: the connection, and the parts of the file by their names. */
export class JournalFile implements Disposable {
  readonly path: string;
  readonly db: Database.Database;
  readonly ledger: Ledger;
  readonly state: StateRows;
  readonly dedupe: DedupeKeys;
  readonly answers: Answers;
  readonly ages: Ages;
  readonly #tables: Readonly<Record<Stream, StreamTable>>;
  readonly #statements;

  constructor(path: string, db: Database.Database) {
    this.path = path;
    this.db = db;
    this.ledger = new Ledger(db);
    this.state = new StateRows(db);
    this.dedupe = new DedupeKeys(db);
    this.answers = new Answers(db);
    this.ages = new Ages(db);
    this.#tables = {
      alarm: new StreamTable(db, "alarm"),
      result: new StreamTable(db, "result"),
      occurrence: new StreamTable(db, "occurrence"),
      measurement: new StreamTable(db, "measurement"),
      evidence: new StreamTable(db, "evidence"),
    };
    this.#statements = {
      begin: db.prepare<[]>("BEGIN IMMEDIATE"),
      commit: db.prepare<[]>("COMMIT"),
      rollback: db.prepare<[]>("ROLLBACK"),
      get: db.prepare<[string], { value: string }>("SELECT value FROM journal WHERE key = ?"),
      set: db.prepare<[string, string]>("INSERT OR REPLACE INTO journal VALUES (?, ?)"),
    };
    this.ledger.load();
  }

  table(stream: Stream): StreamTable {
    return this.#tables[stream];
  }

  /** A word the file keeps about itself. */
  note(key: string): string | undefined {
    return this.#statements.get.get(key)?.value;
  }

  setNote(key: string, value: string): void {
    this.#statements.set.run(key, value);
  }

  /**
   * Runs `work` in one SQLite transaction, with the counters read before and saved after it. Synced to disk on return;
   * on any error nothing of it happened.
   */
  atomically<T>(work: () => T): T {
    this.#statements.begin.run();
    try {
      this.ledger.load();
      const result = work();
      this.ledger.save();
      this.#statements.commit.run();
      this.dedupe.settle(true);
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Closing folds the write-ahead log into the file, where the disk lets it. */
  [Symbol.dispose](): void {
    this.db.close();
  }

  #rollBack(): void {
    // SQLite rolls back by itself after a full disk or an I/O error.
    if (this.db.inTransaction) this.#statements.rollback.run();
    this.dedupe.settle(false);
    this.ledger.load();
  }
}
