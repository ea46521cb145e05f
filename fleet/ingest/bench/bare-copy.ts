import { finished } from "node:stream/promises";

import { monotonicMs } from "@outpost/kernel/clock.ts";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

/** `text` is what COPY speaks unless told otherwise; `binary` is what the fleet writes. */
export type CopyFormat = "text" | "binary";

const COLUMNS = "recorded_at, occurred_at, sequence, epoch_no, device_no, body";
const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies rows the fleet has written into the same table a second time, under epochs of their own, by one COPY of a bare
 * client: the bytes are ready in memory, nothing is checked, one commit.
 *
 * @returns rows a second, from the beginning of the transaction to the end of its commit.
 */
export async function copyAgain(url: string, gatewayIds: readonly string[], format: CopyFormat): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const shift = (await client.query<{ least: number }>("select min(epoch_no) - 1 as least from occurrence")).rows[0];
    const source = client.query(
      copyTo(`copy (select recorded_at, occurred_at, sequence, ${Math.min(0, shift?.least ?? 0)} - epoch_no, device_no, body
                from occurrence where epoch_no in (select epoch_no from epoch join gateway using (gateway_no)
                 where gateway_id in (${gatewayIds.map((id) => `'${id}'`).join(",")}))
               order by epoch_no, sequence) to stdout (format ${format})`),
    );
    const pieces: Buffer[] = [];
    for await (const piece of source) if (Buffer.isBuffer(piece)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    // Else the pages the other side has dirtied would be written on this side's time.
    await client.query("checkpoint");
    const startMs = monotonicMs();
    await client.query("begin");
    const copy = client.query(copyFrom(`copy occurrence (${COLUMNS}) from stdin (format ${format})`));
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) copy.write(bytes.subarray(at, at + CHUNK_BYTES));
    copy.end();
    await finished(copy);
    await client.query("commit");
    return (copy.rowCount / (monotonicMs() - startMs)) * 1_000;
  } finally {
    await client.end();
  }
}
