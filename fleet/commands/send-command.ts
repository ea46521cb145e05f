import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Command as WireCommand, Order } from "@outpost/wire/downlink.ts";
import { encodeMessage } from "@outpost/wire/message.ts";
import { downlinkTopic } from "@outpost/wire/topics.ts";
import type { Pool } from "pg";

import type { Command } from "../api/schemas.ts";
import type { Publish } from "../broker/bus.ts";
import { announce } from "../store/changes.ts";
import { readCommands } from "./command-rows.ts";

/** What the desk wants a gateway to do. */
export interface Request {
  /** Chosen by the caller to make asking twice harmless. */
  readonly id?: string | undefined;
  readonly gatewayId: string;
  readonly actor: string;
  readonly ttlMs: number;
  readonly order: Order;
}

/** What became of the request. Only `sent` may have an effect at the site; its result comes later. */
export type Sent =
  | { readonly kind: "sent"; readonly command: Command }
  | { readonly kind: "unknown-gateway" }
  | { readonly kind: "offline" }
  /** Another command has this id. */
  | { readonly kind: "id-taken" }
  | { readonly kind: "not-sent"; readonly reason: string };

export interface CommandDeps {
  readonly pool: Pool;
  readonly publish: Publish;
  readonly log: Log;
}

/**
 * Sends an order inside the gateway's live session, or not at all: never queued, never repeated. The row is written
 * first, so that an order that went out is always on record.
 */
export async function sendCommand(request: Request, deps: CommandDeps): Promise<Sent> {
  const { pool, publish, log } = deps;
  const { id = randomBytes(16).toString("hex"), gatewayId, actor, ttlMs, order } = request;
  const [known] = await readCommands(pool, [id]);
  if (known !== undefined) return isSame(known, request) ? { kind: "sent", command: known } : { kind: "id-taken" };
  const { rows } = await pool.query<{ gateway_no: number; session: string | null; state: string }>(
    "select gateway_no, session, state from gateway where gateway_id = $1",
    [gatewayId],
  );
  const gateway = rows[0];
  if (gateway === undefined) return { kind: "unknown-gateway" };
  if (gateway.state !== "online" || gateway.session === null) return { kind: "offline" };
  const { rowCount } = await pool.query(
    `insert into command (command_id, gateway_no, actor, wire_order, session, ttl_ms) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [id, gateway.gateway_no, actor, JSON.stringify(order), gateway.session, ttlMs],
  );
  // Somebody asked the same in this very moment; that one is sent.
  if (rowCount === 0) return await sendCommand({ ...request, id }, deps);
  const message: WireCommand = { v: 1, id, session: gateway.session, actor, ttlMs, order };
  try {
    await publish(downlinkTopic(gatewayId, "command"), encodeMessage(message));
  } catch (error) {
    const reason = asError(error).message;
    log.warn("a command was not sent", { gateway: gatewayId, command: id, reason });
    await pool.query("delete from command where command_id = $1", [id]);
    return { kind: "not-sent", reason };
  }
  await announce(pool, { commands: [id] });
  const [command] = await readCommands(pool, [id]);
  return command === undefined ? { kind: "not-sent", reason: "its row is gone" } : { kind: "sent", command };
}

function isSame(known: Command, { gatewayId, actor, ttlMs, order }: Request): boolean {
  const asked = { gatewayId, actor, ttlMs, order: JSON.parse(JSON.stringify(order)) as unknown };
  const was = { gatewayId: known.gatewayId, actor: known.actor, ttlMs: known.ttlMs, order: known.order };
  return isDeepStrictEqual(was, asked);
}
