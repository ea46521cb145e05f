import type { Stream } from "@outpost/wire/streams.ts";
import type Database from "better-sqlite3";

/** A row as it lies in its stream's table. `through` is set on void rows: the place of the last sequence covered. */
export interface StoredRow {
  readonly place: number;
  readonly recordedAtMs: number;
  readonly lane: string;
  readonly through: number | null;
  readonly body: string;
}

const COLUMNS = "place, recorded_at_ms AS recordedAtMs, lane, through, body";

/** The SQL of one stream's table, and nothing else. All ranges are closed ranges of places. */
export class StreamTable {
  readonly stream: Stream;
  readonly #statements;

  constructor(db: Database.Database, stream: Stream) {
    this.stream = stream;
    this.#statements = {
      insert: db.prepare<[number, number, string, number | null, string]>(
        `INSERT INTO ${stream} VALUES (?, ?, ?, ?, ?)`,
      ),
      range: db.prepare<[number, number, number], StoredRow>(
        `SELECT ${COLUMNS} FROM ${stream} WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?`,
      ),
      records: db.prepare<[number, number, number], StoredRow>(
        `SELECT ${COLUMNS} FROM ${stream} WHERE place BETWEEN ? AND ? AND through IS NULL ORDER BY place LIMIT ?`,
      ),
      places: db.prepare<[number, number, number], { place: number }>(
        `SELECT place FROM ${stream} WHERE place BETWEEN ? AND ? AND through IS NULL ORDER BY place LIMIT ?`,
      ),
      spans: db.prepare<[number, number], { place: number; through: number | null; recordedAtMs: number }>(
        `SELECT place, through, recorded_at_ms AS recordedAtMs FROM ${stream} WHERE place BETWEEN ? AND ? ORDER BY place`,
      ),
      lastUpTo: db.prepare<[number, number], StoredRow>(
        `SELECT ${COLUMNS} FROM ${stream} WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1`,
      ),
      nth: db.prepare<[number, number, number], { place: number }>(
        `SELECT place FROM ${stream} WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1 OFFSET ?`,
      ),
      deleteRecords: db.prepare<[number, number]>(
        `DELETE FROM ${stream} WHERE place BETWEEN ? AND ? AND through IS NULL`,
      ),
      deleteVoids: db.prepare<[number, number]>(
        `DELETE FROM ${stream} WHERE place BETWEEN ? AND ? AND through IS NOT NULL`,
      ),
    };
  }

  insert(row: StoredRow): void {
    this.#statements.insert.run(row.place, row.recordedAtMs, row.lane, row.through, row.body);
  }

  /** Rows of the range in order, read one by one as the caller takes them. */
  iterate(from: number, through: number, maxRows: number): IterableIterator<StoredRow> {
    return this.#statements.range.iterate(from, through, maxRows);
  }

  /** Rows of the range that are no void rows, in order. */
  records(from: number, through: number, maxRows: number): StoredRow[] {
    return this.#statements.records.all(from, through, maxRows);
  }

  /** Their places alone, which costs no reading of bodies. */
  places(from: number, through: number, maxRows: number): number[] {
    return this.#statements.places.all(from, through, maxRows).map((row) => row.place);
  }

  /** What the rows of the range cover, records and voids, in order. */
  spans(from: number, through: number): { place: number; through: number; recordedAtMs: number }[] {
    return this.#statements.spans.all(from, through).map((row) => ({ ...row, through: row.through ?? row.place }));
  }

  /** The last row of the range. */
  lastOf(from: number, through: number): StoredRow | undefined {
    return this.#statements.lastUpTo.get(from, through);
  }

  /** The row at exactly this place. */
  at(place: number): StoredRow | undefined {
    return this.#statements.lastUpTo.get(place, place);
  }

  /** The place of row number `index` (from 0) of the range. */
  nth(from: number, through: number, index: number): number | undefined {
    return this.#statements.nth.get(from, through, index)?.place;
  }

  /** Deletes the rows that begin in the range. @returns how many records and how many void rows went. */
  remove(from: number, through: number): { records: number; voids: number } {
    return {
      records: this.#statements.deleteRecords.run(from, through).changes,
      voids: this.#statements.deleteVoids.run(from, through).changes,
    };
  }
}
