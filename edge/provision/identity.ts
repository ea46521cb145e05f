import { fleetUrl } from "@outpost/wire/claim-code.ts";
import { hex128, name, wallTimeMs } from "@outpost/wire/identifiers.ts";
import { z } from "zod";

const pem = z.string().min(1).max(20_000);

/** A key with its certificate, and whom this gateway trusts: all of it in one file, so that it is replaced as one. */
export const identity = z.strictObject({
  v: z.literal(1),
  gatewayId: name,
  /** PKCS#8; never leaves the gateway. */
  keyPem: pem,
  /** The gateway's certificate first, then those that lead to the root. */
  chainPem: pem,
  /** The roots of the fleet. */
  anchorsPem: pem,
  fleetUrl,
  mqttUrl: z.url({ protocol: /^mqtts$/ }).max(300),
});
export type Identity = z.infer<typeof identity>;

/** A key on its way to a certificate. Written before anything is asked, so that a lost answer is asked for again. */
export const candidate = z.strictObject({
  v: z.literal(1),
  keyPem: pem,
  /** PKCS#10, DER in base64. */
  csr: z.string().min(1).max(12_000),
  /** Of a request on a stick: the grant must name it. */
  nonce: hex128.optional(),
  /** The pin of the claim code that a request on a stick was made with. */
  pin: z.string().max(16).optional(),
  /** Issued, and not yet tried. */
  issued: identity.optional(),
});
export type Candidate = z.infer<typeof candidate>;

/** Left behind by a signed order: this gateway does not work any more. */
export const decommissioned = z.strictObject({
  v: z.literal(1),
  gatewayId: name,
  orderId: hex128,
  orderedBy: z.string().max(120),
  reason: z.string().max(500),
  atMs: wallTimeMs,
});
export type Decommissioned = z.infer<typeof decommissioned>;

/** Why the fleet and this gateway do not come together although there is an identity. */
export type Trouble =
  /** The fleet answers, and says no: revoked, unknown, or gone for too long. Asked again by itself. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The desk has been asked, and has not answered. */
  | { readonly kind: "awaiting-approval"; readonly reason: string }
  /** Whoever answers is not the fleet we were claimed by, or talks nonsense. */
  | { readonly kind: "not-our-fleet"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** How this gateway stands with its fleet. */
export type IdentityState =
  | { readonly kind: "unclaimed" }
  | {
      readonly kind: "claimed";
      readonly gatewayId: string;
      readonly fleetUrl: string;
      readonly mqttUrl: string;
      readonly certificate: {
        readonly serial: string;
        readonly notBeforeMs: number;
        readonly notAfterMs: number;
        readonly renewAtMs: number;
        /** At the best time that the gateway knows. */
        readonly isExpired: boolean;
      };
      readonly trouble: Trouble | undefined;
    }
  | { readonly kind: "decommissioned"; readonly orderedBy: string; readonly reason: string; readonly atMs: number }
  /** The identity's file cannot be read. The site runs on; claim again. */
  | { readonly kind: "damaged"; readonly reason: string };

/** What is needed to claim this gateway. */
export interface ClaimRequest {
  /** As typed, or the text of the square. */
  readonly code: string;
  /** `https://host:port`; undefined where the square says it. */
  readonly fleetUrl?: string | undefined;
}

/** What became of a claim. Only `claimed` changes anything on the gateway. */
export type ClaimOutcome =
  | { readonly kind: "claimed"; readonly gatewayId: string; readonly mqttUrl: string; readonly notAfterMs: number }
  /** Not a code, or a slip of the pen: nobody was asked. */
  | { readonly kind: "bad-code" }
  /** A typed code does not say where its fleet is. */
  | { readonly kind: "no-fleet-url" }
  | { readonly kind: "unreachable"; readonly reason: string }
  /** The code belongs to another fleet than the one that answers there, or somebody stands between. */
  | { readonly kind: "wrong-fleet"; readonly reason: string }
  /** The fleet says no: code unknown, used, run out or withdrawn, or meant for another gateway. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Too many wrong codes from here; try again later. */
  | { readonly kind: "too-many-tries"; readonly retryAfterMs: number }
  /** The fleet knows this code for another gateway id than the site file names. */
  | { readonly kind: "other-gateway"; readonly gatewayId: string }
  /** It has a good identity already; `replace` was not said. */
  | { readonly kind: "already-claimed"; readonly gatewayId: string }
  | { readonly kind: "decommissioned" }
  /** Another process claims at this moment. */
  | { readonly kind: "busy" };
