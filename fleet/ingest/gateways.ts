import type { Welcome } from "@outpost/wire/downlink.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import type { Hello, Presence, Reported } from "@outpost/wire/uplink.ts";
import type { Pool, PoolClient } from "pg";

import { announce } from "../store/changes.ts";
import { atomically } from "../store/database.ts";
import type { Directory } from "./directory.ts";
import { parseMultirange, type Intervals } from "./intervals.ts";

/** A gateway that says `reported` every minute and has said nothing for so long is offline, last will or not. */
export const OFFLINE_AFTER_MS = 150_000;
/** A welcome names at most so many intervals; what it leaves out only comes twice. */
const MAX_WELCOME_INTERVALS = 8_000;

export interface GatewayDeps {
  readonly pool: Pool;
  readonly directory: Directory;
}

/** Opens a session: the gateway is online, its epochs are known. @returns the answer to its hello. */
export async function greet(gatewayId: string, hello: Hello, deps: GatewayDeps): Promise<Welcome> {
  const { pool, directory } = deps;
  const numbers = await directory.gateway(gatewayId);
  const epochs = hello.epochs.map(({ epoch }) => epoch);
  await directory.ensureEpochs(numbers, epochs);
  await pool.query(
    `update gateway set session = $2, boot_id = $3, agent_version = $4, state = 'online', last_seen_at = now()
      where gateway_no = $1`,
    [numbers.gatewayNo, hello.session, hello.bootId, hello.agentVersion],
  );
  await announce(pool, { gateways: [gatewayId] });
  const { rows } = await pool.query<{ epoch: string; stream: Stream; intervals: string }>(
    `select epoch, stream, intervals::text from held join epoch using (epoch_no)
      where gateway_no = $1 and epoch = any($2) and not isempty(intervals) order by ordinal desc, stream`,
    [numbers.gatewayNo, epochs],
  );
  const held = rows.map(({ epoch, stream, intervals }) => ({ epoch, stream, intervals: parseMultirange(intervals) }));
  return { v: 1, session: hello.session, serverMs: Date.now(), held: shorten(held, MAX_WELCOME_INTERVALS) };
}

/**
 * Keeps `max` intervals over all streams. The last interval of each stays: by it a gateway sees that the fleet holds
 * more than its journal knows of.
 */
export function shorten<T extends { readonly intervals: Intervals }>(
  held: readonly T[],
  max: number,
): (Omit<T, "intervals"> & { intervals: [number, number][] })[] {
  let left = Math.max(0, max - held.length);
  return held.map((one) => {
    const taken = one.intervals.slice(0, -1).slice(0, left);
    left -= taken.length;
    const intervals = [...taken, ...one.intervals.slice(-1)].map(([from, through]): [number, number] => [
      from,
      through,
    ]);
    return { ...one, intervals };
  });
}

/** A last will of an older session says nothing about the one that lives. */
export async function notePresence(gatewayId: string, presence: Presence, deps: GatewayDeps): Promise<void> {
  const { gatewayNo } = await deps.directory.gateway(gatewayId);
  const { rowCount } = await deps.pool.query(
    `update gateway set state = $3, last_seen_at = case when $3 = 'online' then now() else last_seen_at end
      where gateway_no = $1 and session = $2 and state <> $3`,
    [gatewayNo, presence.session, presence.state],
  );
  if (rowCount === 1) await announce(deps.pool, { gateways: [gatewayId] });
}

/** Keeps what the gateway says it runs, and what its devices and points are called. */
export async function noteReported(gatewayId: string, reported: Reported, deps: GatewayDeps): Promise<void> {
  const { gatewayNo } = await deps.directory.gateway(gatewayId);
  await atomically(deps.pool, async (client) => {
    const devices = JSON.stringify(reported.devices);
    const { rows } = await client.query<{ is_same: boolean | null }>(
      "select reported -> 'devices' = $2::jsonb as is_same from gateway where gateway_no = $1 for no key update",
      [gatewayNo, devices],
    );
    await client.query(
      `update gateway set reported = $2, reported_at = now(), last_seen_at = now(), agent_version = $3
        where gateway_no = $1`,
      [gatewayNo, JSON.stringify(reported), reported.agentVersion],
    );
    await announce(client, { gateways: [gatewayId] });
    if (rows[0]?.is_same === true) return;
    await announce(client, { devices: await describeDevices(client, gatewayNo, devices) });
    await describePoints(client, gatewayNo, devices);
  });
}

/** Takes gateways offline that nobody has heard of for too long. */
export async function findSilentGateways(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ gateway_id: string }>(
    `update gateway set state = 'offline'
      where state = 'online' and last_seen_at < now() - $1::float8 * interval '1 millisecond' returning gateway_id`,
    [OFFLINE_AFTER_MS],
  );
  await announce(pool, { gateways: rows.map((row) => row.gateway_id) });
}

/** All gateways are offline: for a fleet whose own broker has only just opened. */
export async function takeAllOffline(pool: Pool): Promise<void> {
  await pool.query("update gateway set state = 'offline' where state = 'online'");
}

/** Notes when gateways were last heard of. Rows that somebody else is writing now are left to the next time. */
export async function touchGateways(pool: Pool, gatewayNos: readonly number[]): Promise<void> {
  if (gatewayNos.length === 0) return;
  await pool.query(
    `update gateway set last_seen_at = now() where gateway_no in
       (select gateway_no from gateway where gateway_no = any($1) order by gateway_no for no key update skip locked)`,
    [gatewayNos],
  );
}

async function describeDevices(client: PoolClient, gatewayNo: number, devices: string): Promise<number[]> {
  const { rows } = await client.query<{ device_no: number }>(
    `insert into device (gateway_no, device_id, adapter, name, profile, state, reason, methods, is_configured)
     select $1, id, adapter, name, profile, state, reason, methods, true
       from jsonb_to_recordset($2::jsonb)
         as given (id text, adapter text, name jsonb, profile text, state text, reason text, methods jsonb)
      order by id
     on conflict (gateway_no, device_id) do update set adapter = excluded.adapter, name = excluded.name,
        profile = excluded.profile, state = excluded.state, reason = excluded.reason, methods = excluded.methods,
        is_configured = true
     returning device_no`,
    [gatewayNo, devices],
  );
  const known = rows.map((row) => row.device_no);
  await client.query(
    "update device set is_configured = false where gateway_no = $1 and is_configured and device_no <> all($2)",
    [gatewayNo, known],
  );
  return known;
}

async function describePoints(client: PoolClient, gatewayNo: number, devices: string): Promise<void> {
  const described = `
    select device_no, described.*
      from jsonb_to_recordset($2::jsonb) as given (id text, points jsonb)
      join device on gateway_no = $1 and device_id = given.id,
      lateral jsonb_to_recordset(given.points) as described (id text, name jsonb, unit text, writable jsonb)`;
  await client.query(
    `insert into point (device_no, point_id) select device_no, id from (${described}) as new
      where not exists (select from point where point.device_no = new.device_no and point_id = new.id)
      order by device_no, id on conflict do nothing`,
    [gatewayNo, devices],
  );
  await client.query(
    `update point set name = new.name, unit = new.unit, writable = new.writable from (${described}) as new
      where point.device_no = new.device_no and point_id = new.id
        and (point.name, point.unit, point.writable) is distinct from (new.name, new.unit, new.writable)`,
    [gatewayNo, devices],
  );
}
