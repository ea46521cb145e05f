import "reflect-metadata";
import { createHash } from "node:crypto";

import type { X509Certificate } from "@peculiar/x509";
import type { Pool, PoolClient } from "pg";

import { sqlMs } from "../../store/columns.ts";
import { publicKeyHash } from "../authority/certificate-request.ts";

type Database = Pool | PoolClient;
/** Why a certificate was issued. */
export type IssueReason = "claim" | "renewal" | "approval" | "stick";

/** A gateway's certificate as the fleet knows it. */
export interface CertificateRow {
  readonly serial: string;
  readonly gatewayId: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly issuedAtMs: number;
  readonly reason: IssueReason;
  readonly revokedAtMs: number | null;
  readonly revokedBy: string | null;
  readonly revokeReason: string | null;
}

const COLUMNS = `serial, gateway_id as "gatewayId", ${sqlMs("not_before")} as "notBeforeMs",
  ${sqlMs("not_after")} as "notAfterMs", ${sqlMs("issued_at")} as "issuedAtMs", reason,
  ${sqlMs("revoked_at")} as "revokedAtMs", revoked_by as "revokedBy", revoke_reason as "revokeReason"`;
const MAX_LISTED = 1_000;

/** SHA-256 of a certificate, hex. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex");
}

/** Notes a certificate that was issued; one that is known already stays as it is. */
export async function keepCertificate(
  db: Database,
  certificate: X509Certificate,
  note: { readonly gatewayId: string; readonly reason: IssueReason; readonly replaces?: string },
): Promise<void> {
  const der = Buffer.from(certificate.rawData);
  await db.query(
    `insert into certificate (serial, gateway_id, fingerprint, public_key_hash, der, not_before, not_after, reason, replaces)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [
      certificate.serialNumber.toLowerCase(),
      note.gatewayId,
      fingerprintOf(der),
      publicKeyHash(certificate.publicKey.rawData),
      der,
      certificate.notBefore,
      certificate.notAfter,
      note.reason,
      note.replaces ?? null,
    ],
  );
}

export async function findCertificate(db: Database, fingerprint: string): Promise<CertificateRow | undefined> {
  const { rows } = await db.query<CertificateRow>(`select ${COLUMNS} from certificate where fingerprint = $1`, [
    fingerprint,
  ]);
  return rows[0];
}

/** A certificate by its serial number, DER. */
export async function readCertificate(db: Database, serial: string): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ der: Buffer }>("select der from certificate where serial = $1", [serial]);
  return rows[0]?.der;
}

/** The newest certificate that was issued for this key to this gateway and is not revoked, DER. */
export async function findByKey(db: Database, gatewayId: string, keyHash: string): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ der: Buffer }>(
    `select der from certificate where gateway_id = $1 and public_key_hash = $2 and revoked_at is null
        and not_after > now() order by issued_at desc limit 1`,
    [gatewayId, keyHash],
  );
  return rows[0]?.der;
}

/** The certificates of one gateway or of all, the newest first; at most a thousand. */
export async function listCertificates(db: Database, gatewayId?: string): Promise<CertificateRow[]> {
  const { rows } = await db.query<CertificateRow>(
    `select ${COLUMNS} from certificate where $1::text is null or gateway_id = $1
      order by issued_at desc, serial limit ${MAX_LISTED}`,
    [gatewayId ?? null],
  );
  return rows;
}

/** The newest certificate of each gateway, by gateway id. */
export async function listNewest(db: Database): Promise<CertificateRow[]> {
  const { rows } = await db.query<CertificateRow>(
    `select distinct on (gateway_id) ${COLUMNS} from certificate order by gateway_id, issued_at desc`,
  );
  return rows;
}

/** Every revoked certificate that has not run out yet: what a list of revoked ones must name. */
export async function listRevoked(db: Database): Promise<{ serial: string; revokedAtMs: number }[]> {
  const { rows } = await db.query<{ serial: string; revokedAtMs: number }>(
    `select serial, ${sqlMs("revoked_at")} as "revokedAtMs" from certificate
      where revoked_at is not null and not_after > now() order by revoked_at`,
  );
  return rows;
}

/** Which certificates an order to revoke means. */
export type Revoked = { readonly serial: string } | { readonly gatewayId: string };

/** Revokes those that are not revoked yet. @returns the gateways that had them. */
export async function markRevoked(
  db: Database,
  which: Revoked,
  note: { readonly by: string; readonly reason: string },
): Promise<string[]> {
  const [column, value] = "serial" in which ? ["serial", which.serial] : ["gateway_id", which.gatewayId];
  const { rows } = await db.query<{ gateway_id: string }>(
    `update certificate set revoked_at = now(), revoked_by = $2, revoke_reason = $3
      where ${column} = $1 and revoked_at is null returning gateway_id`,
    [value, note.by, note.reason],
  );
  return [...new Set(rows.map((row) => row.gateway_id))];
}
