import "reflect-metadata";
import { hashSecret } from "@outpost/wire/claim-code.ts";
import { X509Certificate } from "@peculiar/x509";
import type { Pool, PoolClient } from "pg";

import { atomically } from "../../store/database.ts";
import type { Authority } from "../authority/authority.ts";
import type { CertificateRequest } from "../authority/certificate-request.ts";
import { keepCertificate, markRevoked, readCertificate, type IssueReason } from "../certificates/certificate-rows.ts";
import type { EnrolPolicy } from "../policy.ts";

/** Why a code does not give a certificate. */
export type ClaimRefusal =
  /** No such code: a guess. */
  | { readonly kind: "unknown" }
  | { readonly kind: "used" }
  | { readonly kind: "expired" }
  | { readonly kind: "withdrawn" }
  /** The code is for another box. */
  | { readonly kind: "other-serial" }
  /** The code is for another gateway id than the request names. */
  | { readonly kind: "other-gateway"; readonly gatewayId: string }
  /** Neither the code nor the request says which gateway it is. */
  | { readonly kind: "no-name" }
  /** The name that the gateway gives itself has been another's. */
  | { readonly kind: "name-taken" };

export type Claimed =
  | { readonly kind: "issued"; readonly gatewayId: string; readonly certificate: X509Certificate }
  | { readonly kind: "refused"; readonly refusal: ClaimRefusal };

export interface ClaimUse {
  /** The secret part of the code, or its hash where that is known. */
  readonly secret: string | { readonly hash: Buffer };
  readonly serial: string | undefined;
  readonly request: CertificateRequest;
  readonly reason: Extract<IssueReason, "claim" | "stick">;
  readonly nowMs: number;
}

const LINES_LOOKED_AT = 100;

interface LineRow {
  readonly claim_id: string;
  readonly line_no: number;
  readonly gateway_id: string | null;
  readonly serial: string | null;
  readonly used_at: Date | null;
  readonly public_key_hash: string | null;
  readonly certificate_serial: string | null;
}

/**
 * Gives a certificate for a code, in one transaction that holds the code's row: of two that come at the same moment one
 * is too late. A box that claims an id anew takes it over, and the certificates of its predecessor are revoked.
 *
 * @returns beside the outcome the gateway whose older certificates were revoked, for those who are connected with them.
 */
export async function useClaim(
  pool: Pool,
  authority: Authority,
  policy: EnrolPolicy,
  use: ClaimUse,
): Promise<{ readonly outcome: Claimed; readonly superseded: string | undefined }> {
  return await atomically(pool, async (client) => {
    const found = await lockClaim(client, use);
    if ("kind" in found) return { outcome: { kind: "refused", refusal: found }, superseded: undefined };
    const { line, gatewayId, isRepeated } = found;
    if (isRepeated) {
      const der = await readCertificate(client, line.certificate_serial ?? "");
      if (der === undefined) return { outcome: { kind: "refused", refusal: { kind: "used" } }, superseded: undefined };
      const certificate = new X509Certificate(der);
      return { outcome: { kind: "issued", gatewayId, certificate }, superseded: undefined };
    }
    const note = { by: "claim", reason: "superseded by a new claim" };
    const revoked = await markRevoked(client, { gatewayId }, note);
    const certificate = await authority.issueGateway(
      gatewayId,
      use.request.publicKey,
      use.nowMs,
      policy.certificateLifeMs,
    );
    await keepCertificate(client, certificate, { gatewayId, reason: use.reason });
    await client.query(
      `update claim_line set used_at = now(), gateway_id = $3, public_key_hash = $4, certificate_serial = $5
        where claim_id = $1 and line_no = $2`,
      [line.claim_id, line.line_no, gatewayId, use.request.publicKeyHash, certificate.serialNumber.toLowerCase()],
    );
    await client.query("update claim set use_count = use_count + 1 where claim_id = $1", [line.claim_id]);
    return { outcome: { kind: "issued", gatewayId, certificate }, superseded: revoked[0] };
  });
}

interface UsableLine {
  readonly line: LineRow;
  readonly gatewayId: string;
  /** The same key had this certificate already, and did not hear of it. */
  readonly isRepeated: boolean;
}

async function lockClaim(client: PoolClient, use: ClaimUse): Promise<UsableLine | ClaimRefusal> {
  const hash = typeof use.secret === "string" ? hashSecret(use.secret) : use.secret.hash;
  const { rows } = await client.query<{
    claim_id: string;
    expires_at: Date;
    revoked_at: Date | null;
    is_used_up: boolean;
  }>(
    `select claim_id, expires_at, revoked_at, use_count >= max_uses as is_used_up from claim
      where secret_hash = $1 for update`,
    [hash],
  );
  const claim = rows[0];
  if (claim === undefined) return { kind: "unknown" };
  if (claim.revoked_at !== null) return { kind: "withdrawn" };
  if (claim.expires_at.getTime() < use.nowMs) return { kind: "expired" };
  // Of a long list only the lines that may be this box's: the one it has used, its own, and some for any box.
  const { publicKeyHash, gatewayId } = use.request;
  const lines = await client.query<LineRow>(
    `select * from claim_line
      where claim_id = $1 and (public_key_hash = $2 or serial = $3 or serial is null)
      order by public_key_hash = $2 desc nulls last, gateway_id = $4 desc nulls last, used_at is not null, line_no
      limit ${LINES_LOOKED_AT}`,
    [claim.claim_id, publicKeyHash, use.serial ?? null, gatewayId ?? null],
  );
  const chosen = chooseLine(lines.rows, use);
  if ("kind" in chosen || chosen.isRepeated) return chosen;
  if (claim.is_used_up) return { kind: "used" };
  return chosen.line.gateway_id === null && (await isNameTaken(client, chosen.gatewayId))
    ? { kind: "name-taken" }
    : chosen;
}

/** The line that this box may use: its own before one for any box. */
export function chooseLine(
  lines: readonly LineRow[],
  { serial, request }: Pick<ClaimUse, "serial" | "request">,
): UsableLine | ClaimRefusal {
  const repeated = lines.find((line) => line.public_key_hash === request.publicKeyHash);
  if (repeated?.gateway_id != null) return { line: repeated, gatewayId: repeated.gateway_id, isRepeated: true };
  const fitting = [
    ...lines.filter((line) => line.serial !== null && line.serial === serial),
    ...lines.filter((line) => line.serial === null),
  ];
  if (fitting.length === 0) return { kind: "other-serial" };
  const free = fitting.filter((line) => line.used_at === null);
  const named = free.find((line) => line.gateway_id !== null && line.gateway_id === request.gatewayId);
  const line = named ?? free.find((one) => one.gateway_id === null || request.gatewayId === undefined) ?? free[0];
  if (line === undefined) return { kind: "used" };
  const gatewayId = line.gateway_id ?? request.gatewayId;
  if (gatewayId === undefined) return { kind: "no-name" };
  if (request.gatewayId !== undefined && gatewayId !== request.gatewayId) return { kind: "other-gateway", gatewayId };
  return { line, gatewayId, isRepeated: false };
}

async function isNameTaken(client: PoolClient, gatewayId: string): Promise<boolean> {
  // Two open codes that name the same new gateway at the same moment: one after the other.
  await client.query("select pg_advisory_xact_lock(hashtext('claim ' || $1))", [gatewayId]);
  const { rowCount } = await client.query("select from certificate where gateway_id = $1 limit 1", [gatewayId]);
  return (rowCount ?? 0) > 0;
}
