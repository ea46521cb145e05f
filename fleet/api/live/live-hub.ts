import type { Writable } from "node:stream";

import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Pool } from "pg";

import { readAlarms } from "../../alarms/desk.ts";
import { readCommands } from "../../commands/command-rows.ts";
import { listenForChanges, type Change } from "../../store/changes.ts";
import { readDevicesByNumber, readGateways } from "../reading/gateways.ts";
import { readPointsByNumber } from "../reading/points.ts";
import type { LiveEventName, LiveEvents } from "../schemas.ts";
import { LiveClient } from "./live-client.ts";

/** Further streams are refused. */
export const MAX_LIVE_CLIENTS = 500;
/** Changes are gathered so long before their rows are read: once for all readers. */
const GATHER_MS = 100;
const BEAT_EVERY_MS = 15_000;
/** Changes waiting to be read; beyond, everybody reads everything anew. */
const MAX_GATHERED = 20_000;
const POINTS_PER_EVENT = 500;

export interface LiveHub extends AsyncDisposable {
  readonly clientCount: number;
  /** Sends every change from now on to `output`, until it closes. @returns false where there are too many already. */
  add(output: Writable): boolean;
}

export interface LiveHubDeps {
  readonly url: string;
  readonly pool: Pool;
  readonly log: Log;
}

/** What has changed since the last time it was read. */
class Gathered {
  readonly #sets = {
    gateways: new Set<string>(),
    devices: new Set<number>(),
    points: new Set<number>(),
    alarms: new Set<string>(),
    commands: new Set<string>(),
  };

  get size(): number {
    return Object.values(this.#sets).reduce((sum, set) => sum + set.size, 0);
  }

  add(changed: Change): void {
    for (const id of changed.gateways ?? []) this.#sets.gateways.add(id);
    for (const id of changed.devices ?? []) this.#sets.devices.add(id);
    for (const id of changed.points ?? []) this.#sets.points.add(id);
    for (const id of changed.alarms ?? []) this.#sets.alarms.add(id);
    for (const id of changed.commands ?? []) this.#sets.commands.add(id);
  }

  take() {
    const { gateways, devices, points, alarms, commands } = this.#sets;
    const taken = {
      gateways: [...gateways],
      devices: [...devices],
      points: [...points],
      alarms: [...alarms],
      commands: [...commands],
    };
    for (const set of Object.values(this.#sets)) set.clear();
    return taken;
  }
}

type Changed = ReturnType<Gathered["take"]>;

/** Opens the live streams of this process: what any fleet process writes, its readers see. */
export function openLiveHub(deps: LiveHubDeps): LiveHub {
  const clients = new Set<LiveClient>();
  const gathered = new Gathered();
  const stop = new AbortController();
  const listener = {
    onChange: (changed: Change): void => {
      if (clients.size > 0) gathered.add(changed);
    },
    onGap: (): void => {
      for (const client of clients) client.send("resync", { reason: "missed-events" });
    },
  };
  const running = [
    listenForChanges(deps.url, listener, deps.log, stop.signal),
    spread(deps, clients, gathered, stop.signal),
    beat(clients, stop.signal),
  ];
  return {
    get clientCount() {
      return clients.size;
    },
    add(output) {
      if (clients.size >= MAX_LIVE_CLIENTS) return false;
      const client = new LiveClient(output);
      clients.add(client);
      output.on("close", () => clients.delete(client));
      output.on("error", () => clients.delete(client));
      return true;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      for (const client of clients) client.close();
      await Promise.all(running);
    },
  };
}

/** Reads what has changed and sends it to everybody, again and again. */
async function spread(
  deps: LiveHubDeps,
  clients: ReadonlySet<LiveClient>,
  gathered: Gathered,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await systemClock.sleep(GATHER_MS, signal).catch(() => {});
    const isTooMuch = gathered.size > MAX_GATHERED;
    const changed = gathered.take();
    if (clients.size === 0 || signal.aborted) continue;
    try {
      if (isTooMuch) sendAll(clients, "resync", { reason: "missed-events" });
      else await sendChanged(deps.pool, clients, changed);
    } catch (error) {
      deps.log.warn("live changes could not be read", { reason: asError(error).message });
      sendAll(clients, "resync", { reason: "missed-events" });
    }
  }
}

async function sendChanged(pool: Pool, clients: ReadonlySet<LiveClient>, changed: Changed): Promise<void> {
  if (changed.alarms.length > 0) {
    for (const alarm of await readAlarms(pool, changed.alarms)) sendAll(clients, "alarm", alarm);
  }
  if (changed.commands.length > 0) {
    for (const command of await readCommands(pool, changed.commands)) sendAll(clients, "command", command);
  }
  if (changed.gateways.length > 0) {
    for (const gateway of await readGateways(pool, changed.gateways)) sendAll(clients, "gateway", gateway);
  }
  if (changed.devices.length > 0) {
    for (const device of await readDevicesByNumber(pool, changed.devices)) sendAll(clients, "device", device);
  }
  for (let at = 0; at < changed.points.length; at += POINTS_PER_EVENT) {
    sendAll(clients, "points", await readPointsByNumber(pool, changed.points.slice(at, at + POINTS_PER_EVENT)));
  }
}

function sendAll<Name extends LiveEventName>(
  clients: ReadonlySet<LiveClient>,
  name: Name,
  data: LiveEvents[Name],
): void {
  for (const client of clients) client.send(name, data);
}

/** Shows that the streams live, and lets readers go that have not moved since the last time. */
async function beat(clients: ReadonlySet<LiveClient>, signal: AbortSignal): Promise<void> {
  let behind = new Set<LiveClient>();
  while (!signal.aborted) {
    await systemClock.sleep(BEAT_EVERY_MS, signal).catch(() => {});
    for (const client of clients) {
      if (behind.has(client) && client.isBehind) client.close();
      else client.beat();
    }
    behind = new Set([...clients].filter((client) => client.isBehind));
  }
}
