import { randomBytes } from "node:crypto";

import type { DecommissionOrder } from "@outpost/wire/enrolment.ts";
import { encodeMessage } from "@outpost/wire/message.ts";
import { downlinkTopic } from "@outpost/wire/topics.ts";
import type { Pool } from "pg";

import type { Publish } from "../../broker/bus.ts";
import type { Enrolment } from "../enrolment.ts";
import { signDocument } from "./sign-document.ts";

/** What became of the order. That the gateway has obeyed stands in its journal, as an occurrence `decommissioned`. */
export type DecommissionSent =
  | { readonly kind: "sent"; readonly orderId: string }
  | { readonly kind: "unknown-gateway" }
  | { readonly kind: "offline" };

/**
 * Signs the order that ends a gateway's work and sends it in the gateway's live session, whose nonce it names: kept or
 * sent again, it has no effect.
 *
 * @throws BrokerError `broker/not-connected`.
 */
export async function orderDecommission(
  order: Pick<DecommissionOrder, "gatewayId" | "orderedBy" | "reason">,
  deps: { readonly pool: Pool; readonly enrolment: Enrolment; readonly publish: Publish },
): Promise<DecommissionSent> {
  const { pool, enrolment, publish } = deps;
  const { rows } = await pool.query<{ session: string | null; state: string }>(
    "select session, state from gateway where gateway_id = $1",
    [order.gatewayId],
  );
  const gateway = rows[0];
  if (gateway === undefined) return { kind: "unknown-gateway" };
  if (gateway.state !== "online" || gateway.session === null) return { kind: "offline" };
  const orderId = randomBytes(16).toString("hex");
  await pool.query(
    "insert into decommission (order_id, gateway_id, nonce, ordered_by, reason) values ($1, $2, $3, $4, $5)",
    [orderId, order.gatewayId, gateway.session, order.orderedBy, order.reason],
  );
  const content: DecommissionOrder = {
    kind: "decommission",
    ...order,
    nonce: gateway.session,
    orderId,
    madeAtMs: enrolment.nowMs(),
  };
  const document = await signDocument(enrolment.authority, content);
  await publish(downlinkTopic(order.gatewayId, "decommission"), encodeMessage(document));
  return { kind: "sent", orderId };
}
