import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { silentLog } from "@outpost/kernel/log.ts";
import type pg from "pg";

import { openPool } from "../database.ts";
import { exists, provideBinaries } from "../embedded/binaries.ts";
import { openEmbeddedPostgres } from "../embedded/embedded-postgres.ts";
import { choosePlaces } from "../embedded/places.ts";
import { initialise } from "../embedded/server.ts";
import { migrate } from "../migrate.ts";

const run = promisify(execFile);

/** A real PostgreSQL server for one test file, on a socket of its own. */
export interface TestPostgres extends AsyncDisposable {
  /** A new, empty database. @returns its URL. */
  createEmptyDatabase(): Promise<string>;
  /** A new database with our schema. @returns its URL. */
  createDatabase(): Promise<string>;
}

/**
 * Starts a server from a copy of an initialised data folder, which is made once per machine: 0.3 s instead of 2 s.
 * It does not sync to disk. `await using` it in `beforeAll`'s place, or dispose it in `afterAll`.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const shared = join(tmpdir(), `outpost-test-postgres-${process.getuid?.() ?? 0}`);
  const binaries = await provideBinaries(shared);
  const template = await provideTemplate(shared, binaries);
  const stateDir = await mkdtemp(join(tmpdir(), "outpost-pg-"));
  // Made for us alone; the server's account must get through.
  await chmod(stateDir, 0o755);
  await mkdir(join(stateDir, "postgres"));
  await run("cp", ["-a", template, join(stateDir, "postgres", "data")]);
  const signal = AbortSignal.timeout(60_000);
  const server = await openEmbeddedPostgres({ stateDir, binaries, durability: "none", log: silentLog }, signal);
  await withPool(server.url, async (pool) => await migrate(pool, silentLog));
  let count = 0;
  const create = async (options: string): Promise<string> => {
    count += 1;
    const name = `test_${count}`;
    await withPool(urlOf(server.url, "postgres"), async (pool) => {
      await pool.query(`create database ${name} ${options}`);
    });
    return urlOf(server.url, name);
  };
  return {
    createEmptyDatabase: async () => await create(""),
    createDatabase: async () => await create("template outpost"),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function provideTemplate(shared: string, binaries: string): Promise<string> {
  const template = join(shared, "template");
  if (await exists(template)) return template;
  const half = join(shared, `making-${process.pid}`);
  const places = await choosePlaces(half);
  await initialise({ places, binaries, durability: "none", log: silentLog });
  // Another test file may have been quicker; its template is as good.
  await rename(places.data, template).catch(() => {});
  await rm(half, { recursive: true, force: true });
  return template;
}

function urlOf(url: string, database: string): string {
  return url.replace(/\/[a-z_0-9]+\?/, `/${database}?`);
}

async function withPool(url: string, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ url, name: "test", maxConnections: 1, statementTimeoutMs: 0 }, silentLog);
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}
