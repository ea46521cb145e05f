import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import pg from "pg";

import { StoreError } from "./errors.ts";

/**
 * SQLSTATE classes of faults that pass: connection, shutdown, resources, deadlock and serialisation, locks, the system.
 * Everything else is about what we asked for, and asking again would not help.
 */
const TRANSIENT_CLASSES = new Set(["08", "57", "53", "40", "55", "58"]);

export interface PoolOptions {
  readonly url: string;
  /** Seen in `pg_stat_activity`. */
  readonly name: string;
  readonly maxConnections: number;
  /** A statement that runs longer is cancelled by the server. */
  readonly statementTimeoutMs: number;
}

/** Opens a bounded pool of connections. Nothing is connected yet; `checkReachable` says whether it can be. */
export function openPool(options: PoolOptions, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: `outpost-${options.name}`,
    max: options.maxConnections,
    connectionTimeoutMillis: 10_000,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
  });
  // The pool listens to a connection only while it is idle. One that is lost between two statements of a transaction
  // would end the process; with a listener of its own it is the next statement that fails.
  pool.on("connect", (client) => client.on("error", () => {}));
  // An idle connection that the server closes; the pool replaces it by itself.
  pool.on("error", (error) => log.warn("a database connection was lost", { reason: error.message }));
  return pool;
}

/** @throws StoreError `store/unreachable`, without the address's password. */
export async function checkReachable(pool: pg.Pool): Promise<void> {
  try {
    await pool.query("select 1");
  } catch (error) {
    throw new StoreError("store/unreachable", `the database does not answer: ${asError(error).message}`, {
      cause: error,
    });
  }
}

/** Runs `work` in one transaction: all of it is kept, or nothing. Rethrows what `work` or the commit threw. */
export async function atomically<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // A connection that cannot even roll back is not given to the next one.
    await client.query("rollback").catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/** Whether the same transaction may succeed later. Errors without an SQLSTATE come from the connection. */
export function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || TRANSIENT_CLASSES.has(code.slice(0, 2));
}
