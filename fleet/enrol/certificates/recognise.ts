import "reflect-metadata";
import { X509Certificate as NodeCertificate } from "node:crypto";

import { name } from "@outpost/wire/identifiers.ts";
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, X509Certificate } from "@peculiar/x509";
import type { Pool, PoolClient } from "pg";

import type { Authority } from "../authority/authority.ts";
import { fingerprintOf, findCertificate, keepCertificate, type CertificateRow } from "./certificate-rows.ts";

/** Who presents a certificate. That they have its key is the connection's word. */
export type Recognition =
  | { readonly kind: "known"; readonly row: CertificateRow }
  | { readonly kind: "foreign"; readonly reason: string };

/**
 * Finds out whose certificate this is. One that we signed and do not know was issued after the backup that this database
 * was restored from: it is taken in, because a gateway must not be silenced by our loss.
 */
export async function recognise(db: Pool | PoolClient, authority: Authority, der: Uint8Array): Promise<Recognition> {
  const known = await findCertificate(db, fingerprintOf(der));
  if (known !== undefined) return { kind: "known", row: known };
  const gatewayId = ownGateway(authority, der);
  if (gatewayId === undefined) return { kind: "foreign", reason: "it is no certificate of a gateway of this fleet" };
  await keepCertificate(db, new X509Certificate(Buffer.from(der)), { gatewayId, reason: "renewal" });
  const kept = await findCertificate(db, fingerprintOf(der));
  return kept === undefined
    ? { kind: "foreign", reason: "its serial number is another certificate's" }
    : { kind: "known", row: kept };
}

/** The gateway that we issued this for, undefined where we did not. Whether it has run out is no question here. */
function ownGateway(authority: Authority, der: Uint8Array): string | undefined {
  try {
    const certificate = new NodeCertificate(Buffer.from(der));
    const issuer = new NodeCertificate(Buffer.from(authority.issuer.rawData));
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey) || certificate.ca) return undefined;
    const parsed = new X509Certificate(Buffer.from(der));
    const usages = parsed.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
    const names = parsed.subjectName.getField("CN");
    const isClientOnly = usages.length === 1 && usages[0] === ExtendedKeyUsage.clientAuth;
    const id = name.safeParse(names[0]);
    return isClientOnly && names.length === 1 && id.success ? id.data : undefined;
  } catch {
    return undefined;
  }
}
