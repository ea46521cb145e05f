import "reflect-metadata";
import { constants, createPublicKey, hash, verify, webcrypto, X509Certificate } from "node:crypto";

import { Pkcs10CertificateRequestGenerator, X509Certificate as ReadCertificate } from "@peculiar/x509";

import type { RootUse } from "../../protocol/certificates.ts";

/** What a certificate is named by. @see RFC 6960, section 4.1.1 */
export interface CertificateHash {
  readonly hashAlgorithm: "SHA256";
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

interface Root {
  readonly use: RootUse;
  readonly certificate: X509Certificate;
  readonly hash: CertificateHash;
}

const MAX_ROOTS = 20;
const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A station's certificates: roots that it was given, and the key of its own that a certificate is asked for. */
export class Keystore {
  readonly #roots: Root[] = [];
  #pendingKey: webcrypto.CryptoKeyPair | undefined;

  /** @returns whether it was taken: a root that is one and good now. */
  async install(use: RootUse, pem: string, nowMs: number): Promise<boolean> {
    const certificate = parse(pem);
    if (certificate === undefined || !certificate.ca || !certificate.verify(certificate.publicKey)) return false;
    if (!isGoodAt(certificate, nowMs) || this.#roots.length >= MAX_ROOTS) return false;
    const known = await hashOf(certificate);
    if (!this.#roots.some(({ hash: other }) => isSame(other, known)))
      this.#roots.push({ use, certificate, hash: known });
    return true;
  }

  installed(use: RootUse | undefined): readonly { readonly use: RootUse; readonly hash: CertificateHash }[] {
    return this.#roots.filter((root) => use === undefined || root.use === use);
  }

  /** @returns whether it was there. */
  remove(which: CertificateHash): boolean {
    const index = this.#roots.findIndex((root) => isSame(root.hash, which));
    if (index !== -1) this.#roots.splice(index, 1);
    return index !== -1;
  }

  /** @returns the certificate, where it is one of the maker's and good now. */
  trustedSigner(pem: string, nowMs: number): X509Certificate | undefined {
    const signer = parse(pem);
    if (signer === undefined || !isGoodAt(signer, nowMs)) return undefined;
    const makers = this.#roots.filter(({ use }) => use === "manufacturer");
    const isTrusted = makers.some(
      ({ certificate }) => signer.checkIssued(certificate) && signer.verify(certificate.publicKey),
    );
    return isTrusted ? signer : undefined;
  }

  /** Makes a new key and asks for a certificate for it. @returns PKCS#10, PEM. */
  async request(commonName: string): Promise<string> {
    this.#pendingKey = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: [{ O: ["Operator"] }, { CN: [commonName] }],
      keys: this.#pendingKey,
      signingAlgorithm: SIGNING,
    });
    return request.toString("pem");
  }

  /** Takes the certificate that was asked for. @returns certificate and key, PEM; undefined where it is for another key. */
  async take(chain: string, nowMs: number): Promise<{ readonly cert: string; readonly key: string } | undefined> {
    const keys = this.#pendingKey;
    const own = parse(chain);
    if (keys === undefined || own === undefined || !isGoodAt(own, nowMs)) return undefined;
    const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
    if (!createPublicKey({ key: spki, format: "der", type: "spki" }).equals(own.publicKey)) return undefined;
    this.#pendingKey = undefined;
    const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
    return { cert: chain, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
  }
}

/**
 * Whether firmware is what its signer has signed.
 *
 * @param signature  base64; RSA-PSS or ECDSA, with SHA-256.
 * @see OCPP 1.6 security whitepaper edition 3, section 4.4.3; OCPP 2.0.1 part 2, L01.FR.12
 */
export function isSigned(firmware: Uint8Array, signature: string, { publicKey }: X509Certificate): boolean {
  const padding = publicKey.asymmetricKeyType === "rsa" ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
  return verify("sha256", firmware, { key: publicKey, ...padding }, Buffer.from(signature, "base64"));
}

/** @returns undefined where it is none. */
function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function isGoodAt({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs < validToDate.getTime();
}

/** Of a root: its issuer is itself. */
async function hashOf(certificate: X509Certificate): Promise<CertificateHash> {
  const read = new ReadCertificate(certificate.raw);
  const key = Buffer.from(await read.publicKey.getKeyIdentifier("SHA-256"));
  return {
    hashAlgorithm: "SHA256",
    issuerNameHash: hash("sha256", new Uint8Array(read.issuerName.toArrayBuffer())),
    issuerKeyHash: key.toString("hex"),
    serialNumber: certificate.serialNumber.toLowerCase(),
  };
}

function isSame(one: CertificateHash, other: CertificateHash): boolean {
  return (
    one.issuerNameHash === other.issuerNameHash.toLowerCase() &&
    one.issuerKeyHash === other.issuerKeyHash.toLowerCase() &&
    one.serialNumber === other.serialNumber.toLowerCase()
  );
}
