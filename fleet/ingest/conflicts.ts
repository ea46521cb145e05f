import type { Stream } from "@outpost/wire/streams.ts";
import type { PoolClient } from "pg";

import { instantText, sqlInstant, sqlMs } from "../store/columns.ts";
import type { PreparedRow } from "./group.ts";
import type { Place } from "./place.ts";

const TABLE_OF: Readonly<Record<Stream, string | undefined>> = {
  alarm: "alarm_step",
  result: "command_result",
  occurrence: "occurrence",
  measurement: "measurement",
  evidence: undefined,
};

/**
 * Among the repeated rows of a place, those that are not what we hold under their number: the gateway's journal was
 * restored from an old image and used the number twice. What we hold differs where its recorded time differs, or where
 * we hold nothing but a void range. Where retention has dropped our row there is nothing to compare: it is the same.
 * Void rows are about other rows and never stand against them.
 */
export async function findConflicts(client: PoolClient, place: Place): Promise<readonly PreparedRow[]> {
  const doubtful = place.repeated.filter(({ content }) => content.kind !== "void");
  if (doubtful.length === 0) return [];
  // Nearly always they are the same rows again: found by their full place, in the one partition it can be in.
  const same = await sequencesOf(client, place, doubtful, true);
  const others = doubtful.filter((row) => same.get(row.sequence)?.includes(row.recordedAtMs) !== true);
  if (others.length === 0) return [];
  const held = await sequencesOf(client, place, others, false);
  const voided = await voidedAmong(client, place, others);
  return others.filter((row) => {
    const times = held.get(row.sequence);
    return times === undefined ? voided.has(row.sequence) : !times.includes(row.recordedAtMs);
  });
}

/** The recorded times we hold under the rows' numbers; with `isExact` only those that are also the rows' own. */
async function sequencesOf(
  client: PoolClient,
  { epochNo, stream }: Place,
  rows: readonly PreparedRow[],
  isExact: boolean,
): Promise<Map<number, number[]>> {
  const exactly = isExact ? `and recorded_at = ${sqlInstant("time")}` : "";
  const asked = "unnest($2::bigint[], $3::text[]) as asked (number, time)";
  const table = TABLE_OF[stream];
  const inTable =
    table === undefined
      ? ""
      : `select sequence, recorded_at from ${asked} join ${table} on epoch_no = $1 and sequence = number ${exactly} union all`;
  const result = await client.query<{ sequence: number; recorded_at_ms: number }>(
    `select sequence::float8 as sequence, ${sqlMs("recorded_at")} as recorded_at_ms from (${inTable}
       select sequence, recorded_at from ${asked}
         join quarantine on epoch_no = $1 and stream = $4 and sequence = number ${exactly}) as found`,
    [epochNo, rows.map((row) => row.sequence), rows.map((row) => instantText(row.recordedAtMs)), stream],
  );
  const times = new Map<number, number[]>();
  for (const row of result.rows) {
    const known = times.get(row.sequence);
    if (known === undefined) times.set(row.sequence, [row.recorded_at_ms]);
    else known.push(row.recorded_at_ms);
  }
  return times;
}

async function voidedAmong(
  client: PoolClient,
  { epochNo, stream }: Place,
  rows: readonly PreparedRow[],
): Promise<ReadonlySet<number>> {
  const result = await client.query<{ sequence: number }>(
    `select number::float8 as sequence from unnest($3::bigint[]) as number
      where exists (select from void_range
                     where epoch_no = $1 and stream = $2 and number between sequence and through_sequence)`,
    [epochNo, stream, rows.map((row) => row.sequence)],
  );
  return new Set(result.rows.map((row) => row.sequence));
}
