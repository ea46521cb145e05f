import { DatabaseSync } from "node:sqlite";

/** How many sequence numbers a gateway has used in one stream of one epoch, by its own journal. */
export interface StreamCounter {
  readonly epoch: string;
  readonly stream: string;
  readonly written: number;
}

/** Reads the counters out of a journal's file, as a technician would with sqlite3. The gateway should not be running. */
export function readCounters(journalFile: string): StreamCounter[] {
  const database = new DatabaseSync(journalFile, { readOnly: true });
  try {
    const rows = database
      .prepare("select epoch, stream, next_sequence - 1 as written from counter join epoch using (ordinal)")
      .all();
    return rows.map((row) => ({
      epoch: String(row["epoch"]),
      stream: String(row["stream"]),
      written: Number(row["written"]),
    }));
  } finally {
    database.close();
  }
}
