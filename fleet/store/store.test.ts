import { silentLog } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { atomically, openPool } from "./database.ts";
import { MIGRATIONS, migrate } from "./migrate.ts";
import { DAY_MS, dropOldDays, ensureDay, ensureUpcomingDays, partitionDay, partitionName } from "./partitions.ts";
import { startTestPostgres, type TestPostgres } from "./testing/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function withDatabase(url: string, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ url, name: "test", maxConnections: 4, statementTimeoutMs: 30_000 }, silentLog);
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

async function describeSchema(pool: Pool): Promise<unknown> {
  const columns = await pool.query(
    `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
      where table_schema = 'public' order by 1, 2`,
  );
  const indexes = await pool.query("select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1");
  return { columns: columns.rows, indexes: indexes.rows };
}

describe("migrations", () => {
  it("lead from every past version to the same schema as from the empty database", async () => {
    const schemas: unknown[] = [];
    for (let past = 0; past <= MIGRATIONS.length; past += 1) {
      await withDatabase(await server.createEmptyDatabase(), async (pool) => {
        await migrate(pool, silentLog, past);
        await migrate(pool, silentLog);
        schemas.push(await describeSchema(pool));
      });
    }
    expect(schemas).toHaveLength(MIGRATIONS.length + 1);
    for (const schema of schemas) expect(schema).toEqual(schemas[0]);
  });

  it("are done once when several fleet processes start together", async () => {
    await withDatabase(await server.createEmptyDatabase(), async (pool) => {
      await Promise.all([1, 2, 3].map(async () => await migrate(pool, silentLog)));
      const { rows } = await pool.query<{ id: string }>("select id from migration order by id");
      expect(rows.map((row) => row.id)).toEqual(MIGRATIONS.map((step) => step.id));
    });
  });

  it("refuse a database that a newer fleet has migrated", async () => {
    await withDatabase(await server.createDatabase(), async (pool) => {
      await pool.query("insert into migration (id) values ('9999-from-the-future')");
      await expect(migrate(pool, silentLog)).rejects.toMatchObject({ code: "store/too-new" });
    });
  });
});

describe("a connection that is lost in the middle of a transaction", () => {
  it("fails its next statement, and ends nothing else", async () => {
    const url = await server.createDatabase();
    await withDatabase(url, async (pool) => {
      const lost = atomically(pool, async (client) => {
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        const { promise: ended, resolve } = Promise.withResolvers<void>();
        // Not `once`: it would take the connection's error upon itself.
        client.on("end", () => resolve());
        await pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        await ended;
        await client.query("select 1");
      });
      await expect(lost).rejects.toThrow(Error);
      expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });
  });
});

describe("partitions", () => {
  const nowMs = Date.UTC(2026, 10, 23, 12);
  const insert = `insert into occurrence (recorded_at, occurred_at, sequence, epoch_no, device_no, body)
                  values (to_timestamp($1::float8 / 1000), now(), $2, 1, 1, '{}')`;
  const whereIs = "select tableoid::regclass::text as part from occurrence where sequence = $1";

  it("are not made for 1970, the far past or the far future", () => {
    expect(partitionDay(0, nowMs)).toBeUndefined();
    expect(partitionDay(nowMs + 4 * DAY_MS, nowMs)).toBeUndefined();
    expect(partitionDay(nowMs - 401 * DAY_MS, nowMs)).toBeUndefined();
    expect(partitionDay(nowMs, nowMs)).toBe(Math.floor(nowMs / DAY_MS));
  });

  it("take rows out of the default partition when their day comes", async () => {
    await withDatabase(await server.createDatabase(), async (pool) => {
      await ensureUpcomingDays(pool, nowMs);
      const laterMs = nowMs + 10 * DAY_MS;
      await pool.query(insert, [laterMs, 1]);
      await pool.query(insert, [0, 2]);
      expect((await pool.query(whereIs, [1])).rows).toEqual([{ part: "occurrence_default" }]);
      const day = Math.floor(laterMs / DAY_MS);
      await Promise.all([ensureDay(pool, "occurrence", day), ensureDay(pool, "occurrence", day)]);
      expect((await pool.query(whereIs, [1])).rows).toEqual([{ part: partitionName("occurrence", day) }]);
      expect((await pool.query(whereIs, [2])).rows).toEqual([{ part: "occurrence_default" }]);
    });
  });

  it("are dropped when they are old enough, one by one, and no younger ones", async () => {
    await withDatabase(await server.createDatabase(), async (pool) => {
      const today = Math.floor(nowMs / DAY_MS);
      for (const day of [today - 3, today - 2, today - 1, today]) await ensureDay(pool, "measurement", day);
      expect(await dropOldDays(pool, "measurement", 2, nowMs)).toEqual([partitionName("measurement", today - 3)]);
      expect(await dropOldDays(pool, "measurement", 2, nowMs)).toEqual([]);
    });
  });

  it("keep rows of insane times as long as the others, counted from their arrival", async () => {
    await withDatabase(await server.createDatabase(), async (pool) => {
      await pool.query(insert, [0, 1]);
      await dropOldDays(pool, "occurrence", 2, Date.now());
      expect((await pool.query(whereIs, [1])).rows).toHaveLength(1);
      await dropOldDays(pool, "occurrence", 2, Date.now() + 3 * DAY_MS);
      expect((await pool.query(whereIs, [1])).rows).toHaveLength(0);
    });
  });
});
