import type { Pool } from "pg";

import { isTransient } from "../store/database.ts";
import { commitGroup, type Answer, type Committed } from "./commit.ts";
import type { PreparedBatch, PreparedGroup, PreparedRow } from "./group.ts";
import { normalise } from "./intervals.ts";

/**
 * Commits a group of which the database refuses some row: batch by batch, a refused one in halves, down to the rows
 * that cannot be stored as what they are. These go to quarantine as they came. Each step is a transaction of its own,
 * and exactly-once holds for each.
 *
 * @throws the database's error where even that fails, or where the fault will pass.
 */
export async function commitCarefully(pool: Pool, group: PreparedGroup): Promise<Committed> {
  const parts: Committed[] = [];
  const answers: Answer[] = [];
  for (const batch of group.batches) {
    const ofBatch = await commitPart(pool, group, batch);
    parts.push(...ofBatch);
    answers.push({
      intervals: normalise(ofBatch.flatMap((part) => part.answers.flatMap((answer) => answer.intervals))),
      conflicts: ofBatch.flatMap((part) => part.answers.flatMap((answer) => answer.conflicts)),
    });
  }
  return {
    answers,
    rowCount: parts.reduce((sum, part) => sum + part.rowCount, 0),
    quarantinedCount: parts.reduce((sum, part) => sum + part.quarantinedCount, 0),
    points: parts.flatMap((part) => part.points),
    devices: parts.flatMap((part) => part.devices),
  };
}

async function commitPart(pool: Pool, group: PreparedGroup, batch: PreparedBatch): Promise<Committed[]> {
  try {
    return [await commitGroup(pool, { ...group, batches: [batch] })];
  } catch (error) {
    if (isTransient(error)) throw error;
    const [only, ...others] = batch.rows;
    if (only === undefined) throw error;
    if (others.length > 0) {
      const middle = Math.ceil(batch.rows.length / 2);
      const first = await commitPart(pool, group, { ...batch, rows: batch.rows.slice(0, middle) });
      return [...first, ...(await commitPart(pool, group, { ...batch, rows: batch.rows.slice(middle) }))];
    }
    const reason = `refused by the database: ${error instanceof Error ? error.message : String(error)}`;
    return [await commitGroup(pool, { ...group, batches: [{ ...batch, rows: [asPoison(only, reason)] }] })];
  }
}

function asPoison(row: PreparedRow, reason: string): PreparedRow {
  return { ...row, through: row.sequence, content: { kind: "poison", reason, body: row.content.body } };
}
