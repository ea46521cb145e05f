import { Backoff } from "@outpost/kernel/backoff.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import pg from "pg";
import { z } from "zod";

const CHANNEL = "outpost_change";
/** PostgreSQL takes 7,999 bytes a notification; so many ids of 32 digits, quoted, fit. */
const MAX_IDS = 200;

/** What has changed in the database, for the live streams of every fleet process. Readers fetch the rows themselves. */
const change = z.object({
  gateways: z.array(z.string()).optional(),
  devices: z.array(z.int()).optional(),
  points: z.array(z.int()).optional(),
  alarms: z.array(z.string()).optional(),
  commands: z.array(z.string()).optional(),
  /** Gateways with a certificate that was revoked. */
  revoked: z.array(z.string()).optional(),
});
export type Change = Readonly<z.infer<typeof change>>;

/**
 * Tells every fleet process, this one included, what has changed. Inside a transaction it is told when that commits,
 * or never.
 */
export async function announce(db: pg.Pool | pg.PoolClient, changed: Change): Promise<void> {
  for (const part of splitChange(changed)) {
    await db.query("select pg_notify($1, $2)", [CHANNEL, JSON.stringify(part)]);
  }
}

/** Cuts a change into parts that each fit into one notification. */
export function splitChange(changed: Change): Change[] {
  const parts: Change[] = [];
  for (const [key, ids] of Object.entries(changed)) {
    for (let at = 0; at < (ids?.length ?? 0); at += MAX_IDS) parts.push({ [key]: ids?.slice(at, at + MAX_IDS) });
  }
  return parts;
}

export interface ChangeListener {
  onChange(changed: Change): void;
  /** Changes may have been missed: the connection was lost and is back. */
  onGap(): void;
}

/** Listens for changes until `signal` aborts, on a connection of its own that is made anew when it is lost. */
export async function listenForChanges(
  url: string,
  listener: ChangeListener,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ firstMs: 200, maxMs: 10_000 });
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      await listenOnce(url, listener, isFirst, signal);
      backoff.reset();
    } catch (error) {
      if (signal.aborted) return;
      log.warn("no connection for live changes", { reason: asError(error).message });
    }
    await systemClock.sleep(backoff.nextMs(), signal).catch(() => {});
  }
}

async function listenOnce(url: string, listener: ChangeListener, isFirst: boolean, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "outpost-live", keepAlive: true });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  client.on("error", () => resolve());
  client.on("end", resolve);
  client.on("notification", ({ payload }) => {
    const parsed = change.safeParse(parseJson(payload ?? ""));
    if (parsed.success) listener.onChange(parsed.data);
  });
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    if (!isFirst) listener.onGap();
    if (!signal.aborted) await ended;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await client.end().catch(() => {});
  }
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
