import type { Pool } from "pg";

import { atomically } from "../store/database.ts";

/** Unreadable batches kept of one gateway: it may send the same one for ever, because nothing of it can be answered. */
const MAX_KEPT = 20;

/** Puts a batch that is none into quarantine, without a place; the oldest of this gateway make room. */
export async function keepUnreadable(
  pool: Pool,
  batch: { readonly gatewayNo: number; readonly payload: Buffer; readonly reason: string },
): Promise<void> {
  await atomically(pool, async (client) => {
    await client.query("insert into quarantine (gateway_no, reason, raw) values ($1, $2, $3)", [
      batch.gatewayNo,
      batch.reason,
      batch.payload,
    ]);
    await client.query(
      `delete from quarantine where quarantine_no in
         (select quarantine_no from quarantine where gateway_no = $1 and epoch_no is null
           order by quarantine_no desc offset $2)`,
      [batch.gatewayNo, MAX_KEPT],
    );
  });
}
