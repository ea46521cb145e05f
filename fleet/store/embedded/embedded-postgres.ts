import { rm } from "node:fs/promises";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import pg from "pg";

import { StoreError } from "../errors.ts";
import { provideBinaries } from "./binaries.ts";
import { choosePlaces, type Places } from "./places.ts";
import { isAlive } from "./running-server.ts";
import { adoptOrStart, initialise, serverUrl, stopServer, type ServerOptions } from "./server.ts";

const DATABASE = "outpost";
const WATCH_EVERY_MS = 500;
const LOCK_TRIES = 20;
const LOCK_RETRY_MS = 250;
/** Held on a connection of its own for as long as this process looks after the server. */
const OWNER_LOCK = 7_117_001;

/** A PostgreSQL server of our own: started or taken over, kept running, stopped at the end. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly url: string;
}

export interface EmbeddedOptions {
  readonly stateDir: string;
  readonly log: Log;
  readonly durability?: "full" | "none";
  /** Where the programs are; copied from the npm package into the state folder when absent. */
  readonly binaries?: string;
}

/**
 * Opens the embedded server of a state folder. A server left behind by a killed fleet is taken over; one that dies
 * while we run is started again.
 *
 * @throws StoreError `store/no-binaries`, `store/start`, `store/in-use`.
 */
export async function openEmbeddedPostgres(options: EmbeddedOptions, signal: AbortSignal): Promise<EmbeddedPostgres> {
  const places = await choosePlaces(options.stateDir);
  for (const remark of places.remarks) options.log.warn(remark);
  const { durability = "full", log } = options;
  const binaries = options.binaries ?? (await provideBinaries(places.home));
  const server: ServerOptions = { places, binaries, durability, log };
  await initialise(server);
  const { pid, isOurs } = await adoptOrStart(server, signal);
  const ownership = await takeOwnership(places, signal).catch(async (error: unknown) => {
    // One that was running may be another fleet's, and is left alone.
    if (isOurs) await stopServer(pid);
    throw error;
  });
  const state = { pid, ownership };
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    await state.ownership.end().catch(() => {});
    await stopServer(state.pid);
    // Inside the home it goes with the home; elsewhere nobody would know whose it was.
    if (!places.socketDir.startsWith(places.home)) await rm(places.socketDir, { recursive: true, force: true });
  });
  await createDatabase(places);
  const stop = new AbortController();
  const watching = watch(server, state, stop.signal);
  stack.defer(async () => {
    stop.abort();
    await watching;
  });
  const opened = stack.move();
  return { url: serverUrl(places, DATABASE), [Symbol.asyncDispose]: async () => await opened.disposeAsync() };
}

/** Starts the server again whenever it has ended, until `signal` aborts. */
async function watch(
  server: ServerOptions,
  state: { pid: number; ownership: pg.Client },
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  while (!signal.aborted) {
    try {
      await systemClock.sleep(WATCH_EVERY_MS, signal);
      if (isAlive(state.pid)) continue;
      server.log.error("the database server has ended; starting it again", { pid: state.pid });
      state.pid = (await adoptOrStart(server, signal)).pid;
      state.ownership = await takeOwnership(server.places, signal);
      backoff.reset();
    } catch (error) {
      if (signal.aborted) return;
      server.log.error("the database server could not be started", { reason: asError(error).message });
      await systemClock.sleep(backoff.nextMs(), signal).catch(() => {});
    }
  }
}

/** One fleet a state folder: the second would stop the server under the first. The lock ends with our connection. */
async function takeOwnership(places: Places, signal: AbortSignal): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: serverUrl(places, "postgres"), application_name: "outpost-owner" });
  // Its loss is seen by the watch, because the server has ended then.
  client.on("error", () => {});
  await client.connect();
  try {
    for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
      const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [OWNER_LOCK]);
      if (rows[0]?.held === true) return client;
      await systemClock.sleep(LOCK_RETRY_MS, signal);
    }
    throw new StoreError("store/in-use", `another fleet process runs on ${places.home}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function createDatabase(places: Places): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl(places, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
