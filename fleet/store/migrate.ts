import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Pool, PoolClient } from "pg";

import { StoreError } from "./errors.ts";
import { places } from "./migrations/0001-places.ts";
import { records } from "./migrations/0002-records.ts";
import { alarmsAndCommands } from "./migrations/0003-alarms-and-commands.ts";
import { deviceMethods } from "./migrations/0004-device-methods.ts";
import { charging } from "./migrations/0005-charging.ts";
import { enrolment } from "./migrations/0006-enrolment.ts";
import { siteDocuments } from "./migrations/0007-site-documents.ts";
import { alarmMarks } from "./migrations/0008-alarm-marks.ts";

/** Every step from the empty database to ours, in order. A step that has shipped is never edited; a new one is added. */
export const MIGRATIONS = [
  { id: "0001-places", sql: places },
  { id: "0002-records", sql: records },
  { id: "0003-alarms-and-commands", sql: alarmsAndCommands },
  { id: "0004-device-methods", sql: deviceMethods },
  { id: "0005-charging", sql: charging },
  { id: "0006-enrolment", sql: enrolment },
  { id: "0007-site-documents", sql: siteDocuments },
  { id: "0008-alarm-marks", sql: alarmMarks },
] as const;

/** One fleet process migrates; the others wait for it here. */
const MIGRATION_LOCK = 7_117_002;

/**
 * Brings the database to `upTo` steps (all of them unless a test says otherwise). Each step is kept or undone as a whole.
 *
 * @throws StoreError `store/too-new` where a newer fleet was here, `store/migration` where a step fails.
 */
export async function migrate(pool: Pool, log: Log, upTo: number = MIGRATIONS.length): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    const done = await appliedSteps(client);
    const unknown = done.find((id, index) => id !== MIGRATIONS[index]?.id);
    if (unknown !== undefined) {
      throw new StoreError("store/too-new", `the database has the step "${unknown}", which this fleet does not know`);
    }
    for (const { id, sql } of MIGRATIONS.slice(done.length, upTo)) {
      await applyStep(client, id, sql);
      log.info("database migrated", { step: id });
    }
  } finally {
    // Closed, not given back: the lock ends with the connection whatever happened.
    client.release(true);
  }
}

async function appliedSteps(client: PoolClient): Promise<string[]> {
  await client.query(
    "create table if not exists migration (id text primary key, applied_at timestamptz not null default now())",
  );
  const { rows } = await client.query<{ id: string }>("select id from migration order by id");
  return rows.map((row) => row.id);
}

async function applyStep(client: PoolClient, id: string, sql: string): Promise<void> {
  try {
    await client.query("begin");
    await client.query(sql);
    await client.query("insert into migration (id) values ($1)", [id]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw new StoreError("store/migration", `step ${id}: ${asError(error).message}`, { cause: error });
  }
}
