import { once } from "node:events";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { finished } from "node:stream/promises";
import { createGunzip } from "node:zlib";

import type { Log } from "@outpost/kernel/log.ts";
import type { Pool, PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { z } from "zod";

import { atomically } from "../database.ts";
import { StoreError } from "../errors.ts";
import { migrate, MIGRATIONS } from "../migrate.ts";
import { DAY_MS, ensureDay, PARTITIONED } from "../partitions.ts";
import { END_OF_ROWS, endLine, header, linesOf, tableLine, type Header } from "./format.ts";
import { listTables, quoted } from "./tables.ts";

/**
 * Reads a backup into a database that holds nothing yet, whole or not at all, and brings it to our schema.
 *
 * @returns how many rows came back.
 * @throws StoreError `store/restore` where the database holds something, or the file is none of ours or cut off.
 */
export async function restoreBackup(pool: Pool, file: string, log: Log): Promise<{ readonly rows: number }> {
  const plain = createGunzip();
  // Also where the file cannot be read: then reading the lines fails.
  pipeline(createReadStream(file), plain, () => {});
  const lines = linesOf(plain);
  try {
    const head = await parseLine(lines, header, "it is no backup of a fleet");
    await prepare(pool, head, log);
    const rows = await atomically(pool, async (client) => {
      await refuseRows(client);
      const count = await readTables(client, lines);
      await setSequences(client);
      return count;
    });
    await migrate(pool, log);
    return { rows };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw refused(file, error instanceof Error ? error.message : String(error), error);
  } finally {
    await lines.return(undefined);
  }
}

/** The schema that the backup was made with, and a partition for each day that had one. */
async function prepare(pool: Pool, head: Header, log: Log): Promise<void> {
  const unknown = head.migrations.find((id, index) => id !== MIGRATIONS[index]?.id);
  if (unknown !== undefined) throw new Error(`a newer fleet made it: this one does not know the step "${unknown}"`);
  await migrate(pool, log, head.migrations.length);
  await atomically(pool, refuseRows);
  for (const name of head.partitions) {
    const table = PARTITIONED.find((one) => name.startsWith(`${one}_`));
    const day = Date.parse(name.slice(-8).replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3"));
    if (table !== undefined && Number.isFinite(day)) await ensureDay(pool, table, Math.floor(day / DAY_MS));
  }
}

async function refuseRows(client: PoolClient): Promise<void> {
  for (const { table } of await listTables(client)) {
    const { rowCount } = await client.query(`select from ${quoted(table)} limit 1`);
    if (rowCount !== 0) throw new Error(`the database is not empty ("${table}" has rows); nothing was overwritten`);
  }
}

async function readTables(client: PoolClient, lines: AsyncGenerator<Buffer>): Promise<number> {
  const known = new Set((await listTables(client)).map((one) => one.table));
  let [rows, tables] = [0, 0];
  for (;;) {
    const { value } = await lines.next();
    const text: unknown = JSON.parse(Buffer.isBuffer(value) ? value.toString("utf8") : "null");
    const end = endLine.safeParse(text);
    if (end.success) {
      if (end.data.rows !== rows || end.data.tables !== tables) throw new Error("rows are missing");
      return rows;
    }
    const next = tableLine.safeParse(text);
    if (!next.success || !known.has(next.data.table)) throw new Error("it was cut off, or is damaged");
    rows += await readRows(client, next.data, lines);
    tables += 1;
  }
}

async function readRows(
  client: PoolClient,
  { table, columns }: z.infer<typeof tableLine>,
  lines: AsyncGenerator<Buffer>,
): Promise<number> {
  const sink = client.query(copyFrom(`copy ${quoted(table)} (${columns.map(quoted).join(", ")}) from stdin`));
  const ended = finished(sink);
  // It is awaited below; a fault that comes before that is not lost.
  ended.catch(() => {});
  let rows = 0;
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true || !Buffer.isBuffer(value)) {
      sink.destroy();
      throw new Error("it was cut off");
    }
    if (value.length === END_OF_ROWS.length && value.toString("latin1") === END_OF_ROWS) break;
    rows += 1;
    if (!sink.write(Buffer.concat([value, Buffer.from("\n")]))) await Promise.race([once(sink, "drain"), ended]);
  }
  sink.end();
  await ended;
  return rows;
}

/** Numbers that the database gives itself go on after the highest that came back. */
async function setSequences(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
       from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and a.attidentity <> '' and not c.relispartition`,
  );
  for (const { table, column, sequence } of rows) {
    await client.query(
      `select setval($1, coalesce((select max(${quoted(column)}) from ${quoted(table)}), 0) + 1, false)`,
      [sequence],
    );
  }
}

async function parseLine<T>(lines: AsyncGenerator<Buffer>, schema: z.ZodType<T>, otherwise: string): Promise<T> {
  try {
    const { value } = await lines.next();
    return schema.parse(JSON.parse(Buffer.isBuffer(value) ? value.toString("utf8") : ""));
  } catch (error) {
    throw new Error(otherwise, { cause: error });
  }
}

function refused(file: string, why: string, cause: unknown): StoreError {
  return new StoreError("store/restore", `${file}: ${why}`, { cause });
}
