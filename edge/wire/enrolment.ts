import { z } from "zod";

import { fleetUrl } from "./claim-code.ts";
import { hex128, name, wallTimeMs } from "./identifiers.ts";

/** Where EST (RFC 7030) stands at a fleet. */
export const EST_PATH = "/.well-known/est";
/** What a gateway with a certificate is told about its place in the fleet. */
export const CONNECTION_PATH = "/gateway/v1/connection";
/** The common name of the fleet's own certificates. No gateway can have it: theirs have no capital letters. */
export const FLEET_NAME = "FLEET";
/** The largest file that is read from a stick, and the largest body of an enrolment. */
export const MAX_ENROLMENT_BYTES = 64 * 1024;

/** A serial number on a box: printable, without what a path, a list or a certificate's name could trip over. */
export const hardwareSerial = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, "letters, digits, '.', '_', ':', '-'");

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "base64");
/** One certificate or certificate request, DER in base64. */
const der = base64.min(1).max(12_000);

/** Answers `GET /gateway/v1/connection`. */
export const connection = z.object({
  v: z.literal(1),
  gatewayId: name,
  mqttUrl: z.url({ protocol: /^mqtts$/ }).max(300),
});
export type Connection = z.infer<typeof connection>;

/**
 * Something said by a key: a request of a gateway, a grant or an order of the fleet. The signature (ECDSA P-256,
 * SHA-256, r and s of 32 bytes each) is over `SIGNED_PREFIX` and the payload's bytes.
 */
export const signedDocument = z.strictObject({
  v: z.literal(1),
  /** UTF-8 JSON in base64: what was signed is kept byte for byte. */
  payload: base64.min(1).max(40_000),
  /** The signer's certificate first, then those that lead to a root; empty where the payload itself brings the key. */
  certificates: z.array(der).max(6),
  signature: base64.min(1).max(200),
});
export type SignedDocument = z.infer<typeof signedDocument>;
export const SIGNED_PREFIX = "outpost signed document 1\n";

/** What a gateway without an uplink asks for, on a stick. Signed with the key of the certificate request in it. */
export const enrolmentRequest = z.strictObject({
  kind: z.literal("enrolment-request"),
  gatewayId: name.optional(),
  serial: hardwareSerial.optional(),
  /** PKCS#10. */
  csr: der,
  /** The answer must name it. */
  nonce: hex128,
  /** HMAC-SHA-256 of nonce and request under the claim code's hash: the code itself is not on the stick. */
  claimProof: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Where it had a certificate: that, and the request's bytes signed with its key. */
  previous: z.strictObject({ certificate: der, signature: base64.min(1).max(200) }).optional(),
  madeAtMs: wallTimeMs,
});
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;

/** The fleet's answer to an enrolment request, on a stick. Signed by the fleet. */
export const enrolmentGrant = z.strictObject({
  kind: z.literal("enrolment-grant"),
  gatewayId: name,
  nonce: hex128,
  /** The gateway's certificate first, then those that lead to the root. */
  chain: z.array(der).min(1).max(6),
  /** Roots to trust, the fleet's own among them. */
  anchors: z.array(der).min(1).max(4),
  fleetUrl,
  mqttUrl: z.url({ protocol: /^mqtts$/ }).max(300),
  madeAtMs: wallTimeMs,
});
export type EnrolmentGrant = z.infer<typeof enrolmentGrant>;

/** The one order that ends a gateway's work. Signed by the fleet. */
export const decommissionOrder = z.strictObject({
  kind: z.literal("decommission"),
  gatewayId: name,
  /** The session's that is live, or of the request on the stick: an order of another day is refused. */
  nonce: hex128,
  orderId: hex128,
  orderedBy: z.string().min(1).max(120),
  reason: z.string().min(1).max(500),
  madeAtMs: wallTimeMs,
});
export type DecommissionOrder = z.infer<typeof decommissionOrder>;
