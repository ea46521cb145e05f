import { unreachable } from "@outpost/kernel/never.ts";

import type { CertificateRow } from "./certificates/certificate-rows.ts";

const DAY_MS = 86_400_000;

/** What an authority of gateways holds to. */
export interface EnrolPolicy {
  readonly certificateLifeMs: number;
  /** So long after its end a certificate that was not revoked may still be renewed by itself. */
  readonly lapsedRenewalMs: number;
}

export const DEFAULT_POLICY: EnrolPolicy = { certificateLifeMs: 90 * DAY_MS, lapsedRenewalMs: 365 * DAY_MS };

/** Whether a certificate may be renewed by itself, or the desk has to be asked, and why. */
export type Renewability =
  | { readonly kind: "by-itself" }
  | { readonly kind: "ask"; readonly reason: "revoked" | "gone-too-long" };

/** Judges a certificate whose holder has proved that he has its key. */
export function judgeRenewal(
  row: Pick<CertificateRow, "revokedAtMs" | "notAfterMs">,
  nowMs: number,
  policy: EnrolPolicy,
): Renewability {
  if (row.revokedAtMs !== null) return { kind: "ask", reason: "revoked" };
  if (nowMs - row.notAfterMs > policy.lapsedRenewalMs) return { kind: "ask", reason: "gone-too-long" };
  return { kind: "by-itself" };
}

/** Whether a certificate opens the broker and the API. */
export type Admission = { readonly kind: "admitted" } | { readonly kind: "refused"; readonly reason: string };

/** Judges a certificate at a connection. */
export function judgeAdmission(row: Pick<CertificateRow, "revokedAtMs" | "notAfterMs">, nowMs: number): Admission {
  if (row.revokedAtMs !== null) return { kind: "refused", reason: "the certificate is revoked" };
  if (nowMs > row.notAfterMs) return { kind: "refused", reason: "the certificate has run out" };
  return { kind: "admitted" };
}

/** A sentence for the log and the gateway. */
export function reasonText(reason: "revoked" | "gone-too-long"): string {
  switch (reason) {
    case "revoked":
      return "its certificate is revoked";
    case "gone-too-long":
      return "its certificate ran out too long ago";
    default:
      return unreachable(reason);
  }
}
