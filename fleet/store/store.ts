import type { Log } from "@outpost/kernel/log.ts";

import { checkReachable, openPool } from "./database.ts";
import { openEmbeddedPostgres } from "./embedded/embedded-postgres.ts";
import { migrate } from "./migrate.ts";
import { ensureUpcomingDays } from "./partitions.ts";

/** A database with our schema. */
export interface Store extends AsyncDisposable {
  readonly url: string;
}

export interface StoreOptions {
  /** A PostgreSQL server; without it the embedded one of `stateDir` is used. */
  readonly databaseUrl: string | undefined;
  readonly stateDir: string;
  readonly log: Log;
}

/**
 * Opens the database, brings it to our schema, and makes the partitions of the days to come.
 *
 * @throws StoreError any of its codes.
 */
export async function openStore(options: StoreOptions, signal: AbortSignal): Promise<Store> {
  const { log } = options;
  await using stack = new AsyncDisposableStack();
  let url = options.databaseUrl;
  if (url === undefined) {
    const server = stack.use(await openEmbeddedPostgres({ stateDir: options.stateDir, log }, signal));
    url = server.url;
  }
  const pool = openPool({ url, name: "setup", maxConnections: 2, statementTimeoutMs: 0 }, log);
  try {
    await checkReachable(pool);
    await migrate(pool, log);
    await ensureUpcomingDays(pool, Date.now());
  } finally {
    await pool.end();
  }
  const opened = stack.move();
  return { url, [Symbol.asyncDispose]: async () => await opened.disposeAsync() };
}
