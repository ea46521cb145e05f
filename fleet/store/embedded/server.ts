import { strict as assert } from "node:assert";
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, chown, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { errorCode } from "@outpost/kernel/thrown.ts";
import pg from "pg";

import { StoreError } from "../errors.ts";
import { exists, lastLines } from "./binaries.ts";
import type { Places } from "./places.ts";
import { findRunningServer, isAlive, removeStaleLocks, waitForEnd } from "./running-server.ts";

export const SUPERUSER = "outpost";
const START_WITHIN_MS = 30_000;
/** Replaying the log after a power cut may take long; it is not cut short while the server lives. */
const RECOVER_WITHIN_MS = 600_000;
const FAST_STOP_WITHIN_MS = 30_000;
const IMMEDIATE_STOP_WITHIN_MS = 10_000;
const POLL_MS = 50;
const START_TRIES = 8;
const START_RETRY_MS = 500;
const START_LOG = "start.log";
/** The server is still starting, recovering or shutting down. */
const CANNOT_CONNECT_NOW = "57P03";

export interface ServerOptions {
  readonly places: Places;
  readonly binaries: string;
  /** `none` is for tests: the data may be lost with the machine's power. */
  readonly durability: "full" | "none";
  readonly log: Log;
}

/** Makes the data folder where there is none. A set-up that was killed half way leaves nothing that looks finished. */
export async function initialise({ places, binaries }: ServerOptions): Promise<void> {
  for (const folder of [places.home, places.socketDir, join(places.home, "log")]) await ownFolder(folder, places);
  if (await exists(join(places.data, "PG_VERSION"))) return;
  const half = `${places.data}.initialising`;
  await rm(half, { recursive: true, force: true });
  const args = ["-D", half, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions"];
  const locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const logPath = join(places.home, "log", "initdb.log");
  const child = await launch(join(binaries, "bin", "initdb"), [...args, ...locale], places, logPath);
  const { promise: ended, resolve } = Promise.withResolvers<number | null>();
  child.once("exit", resolve);
  const status = child.exitCode ?? (await ended);
  if (status !== 0) throw new StoreError("store/start", `initdb failed: ${await lastLines(logPath, 5)}`);
  await rename(half, places.data);
}

/**
 * Takes over the server that already runs on this data folder, or starts one, and waits until it answers.
 *
 * @returns its process id, and whether we started it.
 * @throws StoreError `store/start`.
 */
export async function adoptOrStart(
  options: ServerOptions,
  signal: AbortSignal,
): Promise<{ readonly pid: number; readonly isOurs: boolean }> {
  const { places, log } = options;
  for (let tries = 1; ; tries += 1) {
    const running = await findRunningServer(places.data);
    if (running !== undefined) log.info("taking over the database server that is already running", { pid: running });
    const pid = running ?? (await start(options));
    try {
      if (await answers(pid, options, signal)) return { pid, isOurs: running === undefined };
    } catch (error) {
      // Nobody knows its number yet: told to stop in this moment, we must not leave it behind.
      if (running === undefined) await stopServer(pid);
      throw error;
    }
    if (tries === START_TRIES)
      throw new StoreError("store/start", `PostgreSQL did not start: ${await lastWords(places)}`);
    // After a kill the old server's children hold its memory for a moment longer, and PostgreSQL refuses to start.
    await systemClock.sleep(START_RETRY_MS, signal);
  }
}

async function start(options: ServerOptions): Promise<number> {
  const { places, binaries } = options;
  await removeStaleLocks(places);
  const program = join(binaries, "bin", "postgres");
  const server = await launch(program, serverArgs(options), places, join(places.home, "log", START_LOG));
  // It lives on when we are killed, and is looked after by its process id, whoever started it.
  server.unref();
  assert(server.pid !== undefined, "a process that was started has a number");
  return server.pid;
}

/** What the server said last: before its logging began, and after. */
async function lastWords({ home }: Places): Promise<string> {
  const names = (await readdir(join(home, "log"))).filter((name) => name.startsWith("postgresql-"));
  const paths = names.map((name) => join(home, "log", name));
  const ages = await Promise.all(paths.map(async (path) => ({ path, changedAtMs: (await stat(path)).mtimeMs })));
  const newest = ages.toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0];
  const early = await lastLines(join(home, "log", START_LOG), 3);
  return newest === undefined ? early : `${early} | ${await lastLines(newest.path, 3)}`;
}

/** Stops the server: fast (open sessions are ended, all is written), then harder. */
export async function stopServer(pid: number): Promise<void> {
  const steps = [
    ["SIGINT", FAST_STOP_WITHIN_MS],
    ["SIGQUIT", IMMEDIATE_STOP_WITHIN_MS],
    ["SIGKILL", IMMEDIATE_STOP_WITHIN_MS],
  ] as const;
  for (const [name, withinMs] of steps) {
    if (!isAlive(pid)) return;
    process.kill(pid, name);
    if (await waitForEnd(pid, withinMs)) return;
  }
}

/** Where a client finds `database` on this server. */
export function serverUrl(places: Places, database: string): string {
  return `postgres://${SUPERUSER}@localhost/${database}?host=${encodeURIComponent(places.socketDir)}`;
}

async function ownFolder(folder: string, { account }: Places): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if (account === undefined) return;
  await chown(folder, account.uid, account.gid);
  // The home stays open to us and closed to others: whoever reaches the socket is the database's superuser.
  await chmod(folder, 0o700);
}

function serverArgs({ places, durability }: ServerOptions): string[] {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: `"${places.socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    max_connections: "100",
    shared_buffers: "128MB",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    jit: "off",
    timezone: "UTC",
    logging_collector: "on",
    log_directory: `${places.home}/log`,
    // One file a weekday, overwritten a week later: the log never grows without end.
    log_filename: "postgresql-%a.log",
    log_truncate_on_rotation: "on",
    log_rotation_age: "1d",
    log_rotation_size: "0",
    ...(durability === "none" ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
  };
  return ["-D", places.data, ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])];
}

/**
 * Starts a program of PostgreSQL apart from us: the terminal's Ctrl-C must not reach the database before we have
 * finished with it, and its log must not be a pipe that dies with us.
 */
async function launch(program: string, args: string[], places: Places, logPath: string): Promise<ChildProcess> {
  await using output = await open(logPath, "w", 0o600);
  const child = spawn(program, args, {
    cwd: places.home,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", output.fd, output.fd],
    detached: true,
    ...places.account,
  });
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  child.once("spawn", resolve);
  child.once("error", (error) => {
    reject(new StoreError("store/start", `${program} cannot be run: ${error.message}`, { cause: error }));
  });
  await started;
  return child;
}

/** Waits until the server takes connections. @returns false when it ended instead. */
async function answers(pid: number, { places }: ServerOptions, signal: AbortSignal): Promise<boolean> {
  const startMs = systemClock.monotonicMs();
  let isRecovering = false;
  while (isAlive(pid)) {
    signal.throwIfAborted();
    const result = await tryConnect(places);
    if (result === "ready") return true;
    isRecovering ||= result === "not-yet";
    const waitedMs = systemClock.monotonicMs() - startMs;
    if (waitedMs > (isRecovering ? RECOVER_WITHIN_MS : START_WITHIN_MS)) return false;
    await systemClock.sleep(POLL_MS, signal);
  }
  return false;
}

async function tryConnect(places: Places): Promise<"ready" | "not-yet" | "nobody"> {
  const client = new pg.Client({ connectionString: serverUrl(places, "postgres"), connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return "ready";
  } catch (error) {
    return errorCode(error) === CANNOT_CONNECT_NOW ? "not-yet" : "nobody";
  } finally {
    await client.end().catch(() => {});
  }
}
