import { createWriteStream } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

import { errorCode } from "@outpost/kernel/thrown.ts";
import type { Pool, PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";

import { StoreError } from "../errors.ts";
import { END_OF_ROWS, linesOf, type Header } from "./format.ts";
import { listTables, quoted } from "./tables.ts";

/**
 * Writes the whole database as it is at one moment into a file, readable by its owner only. The authority's key is in it
 * as it is in the database: sealed. The fleet may go on meanwhile.
 *
 * @returns rows by table.
 * @throws StoreError `store/backup` where there is such a file already, or it cannot be written; nothing is left then.
 */
export async function writeBackup(pool: Pool, file: string): Promise<Readonly<Record<string, number>>> {
  const part = `${file}.part`;
  const counts: Record<string, number> = {};
  const client = await pool.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    await pipeline(
      Readable.from(contents(client, counts)),
      createGzip({ level: 6 }),
      createWriteStream(part, { mode: 0o600 }),
    );
    await client.query("commit");
    await syncFile(part);
    // Unlike a rename this never takes the place of a file that is there.
    await link(part, file);
    await syncFile(dirname(file));
    return counts;
  } catch (error) {
    const reason = errorCode(error) === "EEXIST" ? "it exists already" : error instanceof Error ? error.message : "";
    throw new StoreError("store/backup", `${file}: ${reason}`, { cause: error });
  } finally {
    await rm(part, { force: true });
    // In whatever state its transaction is.
    client.release(true);
  }
}

async function* contents(client: PoolClient, counts: Record<string, number>): AsyncGenerator<Buffer> {
  const migrations = await client.query<{ id: string }>("select id from migration order by id");
  const partitions = await client.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where c.relname ~ '_[0-9]{8}$' order by 1`,
  );
  yield line({
    format: "outpost fleet backup 1",
    madeAtMs: Date.now(),
    migrations: migrations.rows.map((row) => row.id),
    partitions: partitions.rows.map((row) => row.name),
  } satisfies Header);
  for (const { table, columns } of await listTables(client)) {
    yield line({ table, columns });
    let rows = 0;
    const names = columns.map(quoted).join(", ");
    const stream = client.query(copyTo(`copy (select ${names} from ${quoted(table)}) to stdout`));
    for await (const row of linesOf(stream)) {
      rows += 1;
      yield Buffer.concat([row, Buffer.from("\n")]);
    }
    yield Buffer.from(`${END_OF_ROWS}\n`);
    counts[table] = rows;
  }
  const all = Object.values(counts);
  yield line({ end: true, tables: all.length, rows: all.reduce((sum, count) => sum + count, 0) });
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
