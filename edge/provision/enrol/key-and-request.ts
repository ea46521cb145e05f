import "reflect-metadata";
import { createPrivateKey, generateKeyPair, webcrypto } from "node:crypto";
import { promisify } from "node:util";

import { Pkcs10CertificateRequestGenerator, X509Certificates } from "@peculiar/x509";

import { ProvisionError } from "../errors.ts";

const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const MAX_CERTIFICATES = 8;

/** A new P-256 key, PKCS#8 PEM. */
export async function makeKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "prime256v1" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/**
 * A certificate request (PKCS#10, DER in base64), signed with the key that it is for.
 *
 * @param gatewayId  undefined where the claim code says who we are.
 */
export async function makeRequest(keyPem: string, gatewayId: string | undefined): Promise<string> {
  const der = createPrivateKey(keyPem).export({ type: "pkcs8", format: "der" });
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, SIGNING, true, ["sign"]);
  const { d: _, key_ops: __, ...publicJwk } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await webcrypto.subtle.importKey("jwk", publicJwk, SIGNING, true, ["verify"]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: gatewayId === undefined ? "" : [{ CN: [gatewayId] }],
    keys: { privateKey, publicKey },
    signingAlgorithm: SIGNING,
  });
  return request.toString("base64");
}

/**
 * The certificates of an EST answer, DER.
 *
 * @throws ProvisionError `provision/bad-answer`.
 */
export function parseCertsOnly(body: string): Buffer[] {
  try {
    const certificates = new X509Certificates(Buffer.from(body.replaceAll(/\s/g, ""), "base64"));
    if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES)
      throw new Error(`${certificates.length} came`);
    return certificates.map((one) => Buffer.from(one.rawData));
  } catch (error) {
    throw new ProvisionError("provision/bad-answer", "the fleet's answer holds no certificates", { cause: error });
  }
}
