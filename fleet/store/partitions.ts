import type { Pool, PoolClient } from "pg";

import { atomically } from "./database.ts";

/** The tables partitioned by day (UTC) of their recorded time. */
export const PARTITIONED = ["measurement", "occurrence"] as const;
export type Partitioned = (typeof PARTITIONED)[number];

export const DAY_MS = 86_400_000;
const DAYS_AHEAD = 3;
/** Outside these bounds a recorded time is a wrong clock; its rows go to the default partition. */
const OLDEST_DAYS = 400;
/** Making and dropping partitions waits for no reader longer than this: they are tried again later. */
const LOCK_TIMEOUT_MS = 5_000;
const PARTITION_LOCK = 7_117_003;

/** The day (counted from 1970) whose partition takes this instant, or undefined: the default partition takes it. */
export function partitionDay(recordedAtMs: number, nowMs: number): number | undefined {
  const day = Math.floor(recordedAtMs / DAY_MS);
  const today = Math.floor(nowMs / DAY_MS);
  return day > today + DAYS_AHEAD || day < today - OLDEST_DAYS ? undefined : day;
}

/** The name of one day's partition: `measurement_20261123`. */
export function partitionName(table: Partitioned, day: number): string {
  return `${table}_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/** Makes the partitions of today and the days ahead. */
export async function ensureUpcomingDays(pool: Pool, nowMs: number): Promise<void> {
  const today = Math.floor(nowMs / DAY_MS);
  for (let day = today; day <= today + DAYS_AHEAD; day += 1) {
    for (const table of PARTITIONED) await ensureDay(pool, table, day);
  }
}

/** Makes one day's partition where there is none; rows of that day that the default partition took move into it. */
export async function ensureDay(pool: Pool, table: Partitioned, day: number): Promise<void> {
  const name = partitionName(table, day);
  const from = new Date(day * DAY_MS).toISOString();
  const to = new Date((day + 1) * DAY_MS).toISOString();
  await atomically(pool, async (client) => {
    await takePartitionLock(client);
    const { rows } = await client.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
    if (rows[0]?.found === true) return;
    // Nobody may add a row of this day to the default partition between the move and the attaching.
    await client.query(`lock table ${table}_default in share row exclusive mode`);
    await client.query(`create table ${name} (like ${table} including defaults including constraints)`);
    await client.query(
      `with moved as (delete from ${table}_default where recorded_at >= '${from}' and recorded_at < '${to}' returning *)
       insert into ${name} select * from moved`,
    );
    await client.query(`alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`);
  });
}

/**
 * Drops the partitions of days that ended more than `keepDays` ago, and the rows with insane times that arrived so long
 * ago.
 *
 * @returns the names of the dropped partitions.
 */
export async function dropOldDays(
  pool: Pool,
  table: Partitioned,
  keepDays: number,
  nowMs: number,
): Promise<readonly string[]> {
  const oldest = partitionName(table, Math.floor(nowMs / DAY_MS) - keepDays);
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = $1::regclass and c.relname ~ '_[0-9]{8}$' and c.relname < $2 order by 1`,
    [table, oldest],
  );
  for (const { name } of rows) {
    await atomically(pool, async (client) => {
      await takePartitionLock(client);
      await client.query(`drop table if exists ${name}`);
    });
  }
  await pool.query(`delete from ${table}_default where received_at < to_timestamp($1::float8 / 1000)`, [
    nowMs - keepDays * DAY_MS,
  ]);
  return rows.map((row) => row.name);
}

/** One process changes partitions at a time, and gives up rather than stand in everybody's way. */
async function takePartitionLock(client: PoolClient): Promise<void> {
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query("select pg_advisory_xact_lock($1)", [PARTITION_LOCK]);
}
