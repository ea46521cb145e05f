import { z } from "zod";

/** First line of a backup. Lines are JSON; between a table's line and `\.` stand its rows as COPY writes them. */
export const header = z.strictObject({
  format: z.literal("outpost fleet backup 1"),
  madeAtMs: z.number(),
  /** The steps that the database had taken, in order. */
  migrations: z.array(z.string()).min(1),
  /** Days that have a partition of their own, as the names of the partitions. */
  partitions: z.array(z.string().regex(/^(measurement|occurrence)_\d{8}$/)),
});
export type Header = z.infer<typeof header>;

const sqlName = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
export const tableLine = z.strictObject({ table: sqlName, columns: z.array(sqlName).min(1).max(200) });
/** Last line: without it the backup was cut off. */
export const endLine = z.strictObject({ end: z.literal(true), tables: z.int().min(0), rows: z.int().min(0) });

/** Ends a table's rows; COPY escapes a backslash, so no row is this. */
export const END_OF_ROWS = "\\.";
/** The longest row: an evidence reference, a quarantined batch. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Cuts a stream at line feeds, and at nothing else. @throws Error where a line has no end. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const rest = chunk.subarray(from, at);
      yield heldBytes === 0 ? rest : Buffer.concat([...held, rest]);
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > MAX_LINE_BYTES) throw new Error("a line has no end");
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
