import { createLog, type Log } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";

import { openPool } from "../../store/database.ts";
import { choosePlaces } from "../../store/embedded/places.ts";
import { findRunningServer } from "../../store/embedded/running-server.ts";
import { serverUrl } from "../../store/embedded/server.ts";
import { openStore } from "../../store/store.ts";

const WITHIN_MS = 60_000;

/** What a command line works with. */
export interface CommandDatabase {
  readonly pool: Pool;
  readonly url: string;
  readonly log: Log;
}

/**
 * Opens the database of a fleet for one command: that of the fleet which runs on this state folder, or, where none runs,
 * the folder's own for as long as the command takes.
 *
 * @throws StoreError any of its codes.
 */
export async function withDatabase<T>(stateDir: string, work: (database: CommandDatabase) => Promise<T>): Promise<T> {
  const log = createLog("fleet", process.env["OUTPOST_LOG_LEVEL"] ?? "warn");
  await using stack = new AsyncDisposableStack();
  const url = await urlOf(stateDir, stack, log);
  const pool = openPool({ url, name: "command", maxConnections: 4, statementTimeoutMs: 0 }, log);
  stack.defer(async () => await pool.end());
  return await work({ pool, url, log });
}

async function urlOf(stateDir: string, stack: AsyncDisposableStack, log: Log): Promise<string> {
  const databaseUrl = process.env["DATABASE_URL"] || undefined;
  if (databaseUrl === undefined) {
    const places = await choosePlaces(stateDir);
    if ((await findRunningServer(places.data)) !== undefined && (await isOwned(serverUrl(places, "outpost"), log))) {
      return serverUrl(places, "outpost");
    }
  }
  const signal = AbortSignal.timeout(WITHIN_MS);
  return stack.use(await openStore({ databaseUrl, stateDir, log }, signal)).url;
}

/** Whether a fleet looks after the server. One that was left behind by a killed fleet is taken over like any other. */
async function isOwned(url: string, log: Log): Promise<boolean> {
  const pool = openPool({ url, name: "command", maxConnections: 1, statementTimeoutMs: 10_000 }, log);
  try {
    const { rowCount } = await pool.query("select from pg_stat_activity where application_name = 'outpost-owner'");
    return (rowCount ?? 0) > 0;
  } catch {
    // Still starting, or without our database: whoever opens the store finds out.
    return false;
  } finally {
    await pool.end();
  }
}
