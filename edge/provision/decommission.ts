import { decommissionOrder, type DecommissionOrder } from "@outpost/wire/enrolment.ts";

import type { Identity } from "./identity.ts";
import { verifySigned } from "./signed.ts";

/** What became of an order to end this gateway's work. */
export type Ordered =
  | { readonly kind: "genuine"; readonly order: DecommissionOrder }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Checks the one order that ends a gateway's work: signed by its own fleet, for this gateway, and an answer to a nonce
 * of its own. One of another session, of another day or for another gateway changes nothing.
 */
export function checkDecommission(
  bytes: Uint8Array,
  against: { readonly identity: Identity | undefined; readonly nonce: string | undefined; readonly floorMs: number },
): Ordered {
  const { identity, nonce, floorMs } = against;
  if (identity === undefined) return { kind: "refused", reason: "this gateway belongs to no fleet" };
  const verified = verifySigned(bytes, identity.anchorsPem, floorMs);
  if (verified.kind === "refused") return verified;
  const order = decommissionOrder.safeParse(verified.content);
  if (!order.success) return { kind: "refused", reason: "it is another document" };
  if (order.data.gatewayId !== identity.gatewayId) return { kind: "refused", reason: "it is for another gateway" };
  if (nonce === undefined || order.data.nonce !== nonce)
    return { kind: "refused", reason: "it is not of this session" };
  return { kind: "genuine", order: order.data };
}
