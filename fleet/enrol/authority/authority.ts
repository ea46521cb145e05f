import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";

import { FLEET_NAME } from "@outpost/wire/enrolment.ts";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";

import { SIGNING, type CryptoKey } from "./signing.ts";

/** Clocks of both sides may be this far apart. */
const BACKDATED_MS = 3_600_000;

/** A certificate and its private key, PEM. */
export interface KeyedCertificate {
  readonly keyPem: string;
  /** The certificate first, then those that lead to the root. */
  readonly chainPem: string;
  readonly notAfterMs: number;
}

/** A private key in memory and the certificate that says whose it is. */
export interface SignerCertificate {
  readonly key: CryptoKey;
  /** DER, the signer's first. */
  readonly chain: readonly Buffer[];
}

/** Signs certificates, lists of revoked ones, and nothing else. */
export class Authority {
  /** The signing certificate first, the root last. */
  readonly chain: readonly X509Certificate[];
  readonly #key: CryptoKey;
  readonly #signingAlgorithm: Parameters<typeof X509CertificateGenerator.create>[0]["signingAlgorithm"];

  /** @param key  of `chain[0]`; it can sign, and cannot be taken out. */
  constructor(chain: readonly [X509Certificate, ...X509Certificate[]], key: CryptoKey) {
    this.chain = chain;
    this.#key = key;
    this.#signingAlgorithm = key.algorithm.name === "ECDSA" ? SIGNING : { name: key.algorithm.name, hash: "SHA-256" };
  }

  get issuer(): X509Certificate {
    const [first] = this.chain;
    if (first === undefined) throw new Error("an authority has a certificate");
    return first;
  }

  get root(): X509Certificate {
    return this.chain.at(-1) ?? this.issuer;
  }

  /** Those between a certificate of ours and the root. */
  get intermediates(): readonly X509Certificate[] {
    return this.chain.slice(0, -1);
  }

  /** For a gateway's own key; good for being a client only. */
  async issueGateway(gatewayId: string, publicKey: PublicKey, nowMs: number, forMs: number): Promise<X509Certificate> {
    const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]);
    return await this.#issue({ commonName: gatewayId, publicKey, nowMs, forMs, extensions: [usage] });
  }

  /**
   * A new key of the fleet's own, with a certificate for a server under these names or addresses, and for the fleet as a
   * client of its broker.
   */
  async issueFleet(names: readonly string[], nowMs: number, forMs: number): Promise<KeyedCertificate> {
    const keys = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
    const extensions = [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
    ];
    const publicKey = keys.publicKey;
    const certificate = await this.#issue({ commonName: FLEET_NAME, publicKey, nowMs, forMs, extensions });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
    return {
      keyPem: pem("PRIVATE KEY", pkcs8),
      chainPem: `${[certificate, ...this.intermediates].map((one) => one.toString("pem")).join("\n")}\n`,
      notAfterMs: certificate.notAfter.getTime(),
    };
  }

  /** A new key that may sign the fleet's documents, and is good for nothing else. */
  async issueSigner(nowMs: number, forMs: number): Promise<SignerCertificate> {
    const keys = await webcrypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
    const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.codeSigning], true);
    const certificate = await this.#issue({
      commonName: FLEET_NAME,
      publicKey: keys.publicKey,
      nowMs,
      forMs,
      extensions: [usage],
    });
    return { key: keys.privateKey, chain: [certificate, ...this.intermediates].map((one) => Buffer.from(one.rawData)) };
  }

  /** The list of revoked certificates, PEM. */
  async signRevocations(
    revoked: readonly { readonly serial: string; readonly revokedAtMs: number }[],
    nowMs: number,
    forMs: number,
  ): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: this.issuer.subject,
      thisUpdate: new Date(nowMs - BACKDATED_MS),
      nextUpdate: new Date(nowMs + forMs),
      entries: revoked.map(({ serial, revokedAtMs }) => ({
        serialNumber: serial,
        revocationDate: new Date(revokedAtMs),
      })),
      signingKey: this.#key,
      signingAlgorithm: this.#signingAlgorithm ?? SIGNING,
    });
    return pem("X509 CRL", Buffer.from(list.rawData));
  }

  async #issue(order: {
    readonly commonName: string;
    readonly publicKey: PublicKey | CryptoKey;
    readonly nowMs: number;
    readonly forMs: number;
    readonly extensions: readonly Extension[];
  }): Promise<X509Certificate> {
    return await X509CertificateGenerator.create({
      serialNumber: newSerial(),
      // A list of parts, never a text that a name could break out of.
      subject: [{ CN: [order.commonName] }],
      issuer: this.issuer.subjectName,
      notBefore: new Date(Math.max(order.nowMs - BACKDATED_MS, this.issuer.notBefore.getTime())),
      notAfter: new Date(Math.min(order.nowMs + order.forMs, this.issuer.notAfter.getTime())),
      publicKey: order.publicKey,
      signingKey: this.#key,
      ...(this.#signingAlgorithm === undefined ? {} : { signingAlgorithm: this.#signingAlgorithm }),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        ...order.extensions,
        await SubjectKeyIdentifierExtension.create(order.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.issuer.publicKey),
      ],
    });
  }
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString("base64").replaceAll(/.{1,64}/g, "$&\n")}-----END ${label}-----\n`;
}

/** 127 random bits, positive. */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}
