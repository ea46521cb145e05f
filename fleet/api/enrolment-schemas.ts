import { hardwareSerial } from "@outpost/wire/enrolment.ts";
import { hex128, name } from "@outpost/wire/identifiers.ts";
import { z } from "zod";

/** What the HTTP API says and takes about who may be a gateway of this fleet. */
const instantMs = z.number();
const person = z.string().min(1).max(120);
const reason = z.string().min(1).max(500);
const HOUR_MS = 3_600_000;

export const claimBody = z.object({
  madeBy: person,
  label: z.string().max(200).default(""),
  /** How long the code is good. */
  forMs: z
    .int()
    .min(60_000)
    .max(366 * 24 * HOUR_MS)
    .default(72 * HOUR_MS),
  /** For whom it is good, each line once. Without a gateway the box names itself; without a serial it is any box. */
  lines: z
    .array(z.object({ gatewayId: name.optional(), serial: hardwareSerial.optional() }))
    .min(1)
    .max(500),
  maxUses: z.int().min(1).max(500).optional(),
});

export const claimMade = z.object({
  id: z.string(),
  /** Shown this once; the fleet keeps its hash. */
  code: z.string(),
  /** What the square of a label says. */
  qr: z.string(),
  fleetUrl: z.string(),
  expiresAtMs: instantMs,
});
export type ClaimMade = z.infer<typeof claimMade>;

export const claim = z.object({
  id: z.string(),
  label: z.string(),
  madeBy: z.string(),
  madeAtMs: instantMs,
  expiresAtMs: instantMs,
  revokedAtMs: instantMs.nullable(),
  maxUses: z.int(),
  useCount: z.int(),
  lines: z.array(
    z.object({ gatewayId: name.nullable(), serial: z.string().nullable(), usedAtMs: instantMs.nullable() }),
  ),
});
export type Claim = z.infer<typeof claim>;

export const certificate = z.object({
  serial: z.string(),
  gatewayId: name,
  notBeforeMs: instantMs,
  notAfterMs: instantMs,
  issuedAtMs: instantMs,
  reason: z.enum(["claim", "renewal", "approval", "stick"]),
  revokedAtMs: instantMs.nullable(),
  revokedBy: z.string().nullable(),
  revokeReason: z.string().nullable(),
});
export type Certificate = z.infer<typeof certificate>;

export const enrolmentRequest = z.object({
  id: z.string(),
  gatewayId: name,
  publicKeyHash: z.string(),
  reason: z.string(),
  source: z.string(),
  askedAtMs: instantMs,
  state: z.enum(["pending", "approved", "refused", "done"]),
  decidedBy: z.string().nullable(),
  decidedAtMs: instantMs.nullable(),
});
export type EnrolmentRequestRow = z.infer<typeof enrolmentRequest>;

export const decisionBody = z.object({ by: person });
export const revokeBody = z.object({ by: person, reason });
export const decommissionBody = z.object({ by: person, reason, gatewayId: name });
export const decommissionSent = z.object({ orderId: hex128 });
