import "reflect-metadata";
import { createHash } from "node:crypto";

import { name } from "@outpost/wire/identifiers.ts";
import { Pkcs10CertificateRequest, type PublicKey } from "@peculiar/x509";

import { EnrolError } from "../errors.ts";

const MAX_BYTES = 8_192;

/** A certificate request whose sender has the key. Nothing of what it asks for beside its name is heeded. */
export interface CertificateRequest {
  /** The one common name; undefined where it has none. */
  readonly gatewayId: string | undefined;
  readonly publicKey: PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly publicKeyHash: string;
}

/**
 * Parses PKCS#10 (DER) and checks its signature, which proves that the sender has the key.
 *
 * @throws EnrolError `enrol/bad-request`.
 * @see RFC 2986; RFC 7030, section 4.2.1
 */
export async function parseCertificateRequest(der: Uint8Array): Promise<CertificateRequest> {
  if (der.byteLength > MAX_BYTES) throw refused(`it has ${der.byteLength} bytes, at most ${MAX_BYTES}`);
  let request: Pkcs10CertificateRequest;
  let isProven: boolean;
  try {
    request = new Pkcs10CertificateRequest(Buffer.from(der));
    isProven = isP256(request) && (await request.verify());
  } catch (error) {
    throw new EnrolError("enrol/bad-request", "the certificate request is none", { cause: error });
  }
  if (!isP256(request)) throw refused("its key is not of the curve P-256");
  if (!isProven) throw refused("it is not signed with its own key");
  const names = request.subjectName.getField("CN");
  if (names.length > 1) throw refused("it has several common names");
  const gatewayId = names[0] === undefined || names[0] === "" ? undefined : names[0];
  if (gatewayId !== undefined && !name.safeParse(gatewayId).success) throw refused("its common name is no gateway id");
  return { gatewayId, publicKey: request.publicKey, publicKeyHash: publicKeyHash(request.publicKey.rawData) };
}

/** SHA-256 of a SubjectPublicKeyInfo (DER), hex. */
export function publicKeyHash(spki: ArrayBuffer | Uint8Array): string {
  return createHash("sha256")
    .update(spki instanceof ArrayBuffer ? new Uint8Array(spki) : spki)
    .digest("hex");
}

function isP256(request: Pkcs10CertificateRequest): boolean {
  const { algorithm } = request.publicKey;
  return algorithm.name === "ECDSA" && "namedCurve" in algorithm && algorithm.namedCurve === "P-256";
}

function refused(why: string): EnrolError {
  return new EnrolError("enrol/bad-request", `the certificate request is refused: ${why}`);
}
