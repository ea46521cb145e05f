import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate as NodeCertificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Pool } from "pg";

import { EnrolError } from "../errors.ts";
import { Authority, newSerial } from "./authority.ts";
import { openKey, sealedKey, sealKey } from "./sealed-key.ts";
import { SIGNING, type CryptoKey } from "./signing.ts";

/** The root outlives every gateway; what hangs on it is renewed. */
const ROOT_LIFE_MS = 20 * 365.25 * 86_400_000;
const BACKDATED_MS = 86_400_000;
const MAX_CHAIN = 4;

/** An intermediate of another authority, to sign with instead of our own root. */
export interface ForeignAuthority {
  /** PEM: its certificate first, the root last. */
  readonly chainFile: string;
  /** PEM, PKCS#8; encrypted with the passphrase, or not at all. */
  readonly keyFile: string;
}

/**
 * Opens the authority that the database keeps, making it where there is none yet.
 *
 * @throws EnrolError `enrol/passphrase`.
 */
export async function openOwnAuthority(pool: Pool, passphrase: string, log: Log): Promise<Authority> {
  const kept = (await readOwn(pool)) ?? (await makeOwn(pool, passphrase, log));
  const pkcs8 = await openKey(sealedKey.parse(kept.sealed_key), passphrase);
  const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, SIGNING, false, ["sign"]);
  pkcs8.fill(0);
  return new Authority(parseChain(kept.chain), key);
}

/** The root of the authority that the database keeps, DER; undefined where there is none yet. No passphrase is needed. */
export async function readOwnRoot(pool: Pool): Promise<Buffer | undefined> {
  const kept = await readOwn(pool);
  if (kept === undefined) return undefined;
  const chain = parseChain(kept.chain);
  return Buffer.from((chain.at(-1) ?? chain[0]).rawData);
}

/**
 * Opens an intermediate of another authority from files.
 *
 * @throws EnrolError `enrol/authority`.
 */
export async function openForeignAuthority(files: ForeignAuthority, passphrase: string): Promise<Authority> {
  try {
    const chain = parseChain(await readFile(files.chainFile, "utf8"));
    const key = createPrivateKey({ key: await readFile(files.keyFile, "utf8"), passphrase });
    checkChain(
      chain.map((one) => new NodeCertificate(Buffer.from(one.rawData))),
      key,
    );
    return new Authority(chain, await importKey(key));
  } catch (error) {
    if (error instanceof EnrolError) throw error;
    throw new EnrolError("enrol/authority", `the authority's files cannot be used: ${asError(error).message}`, {
      cause: error,
    });
  }
}

interface OwnRow {
  readonly chain: string;
  readonly sealed_key: unknown;
}

async function readOwn(pool: Pool): Promise<OwnRow | undefined> {
  const { rows } = await pool.query<OwnRow>("select chain, sealed_key from authority");
  return rows[0];
}

async function makeOwn(pool: Pool, passphrase: string, log: Log): Promise<OwnRow> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const nowMs = Date.now();
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: ["Outpost fleet root"] }],
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + ROOT_LIFE_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const sealed = await sealKey(pkcs8, passphrase);
  // Several fleet processes may begin together: the first one's authority counts.
  const { rowCount } = await pool.query(
    "insert into authority (chain, sealed_key) values ($1, $2) on conflict do nothing",
    [root.toString("pem"), JSON.stringify(sealed)],
  );
  if (rowCount === 1) log.info("the fleet's certificate authority was made", { notAfter: root.notAfter.toISOString() });
  const kept = await readOwn(pool);
  if (kept === undefined) throw new Error("the authority was just stored");
  return kept;
}

function parseChain(pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...rest] = PemConverter.decode(pem).map((der) => new X509Certificate(der));
  if (first === undefined) throw new EnrolError("enrol/authority", "the chain holds no certificate");
  if (rest.length >= MAX_CHAIN)
    throw new EnrolError("enrol/authority", `a chain has at most ${MAX_CHAIN} certificates`);
  return [first, ...rest];
}

function checkChain(chain: readonly NodeCertificate[], key: KeyObject): void {
  if (chain[0]?.checkPrivateKey(key) !== true) refuse("the key does not belong to the first certificate");
  chain.forEach((one, index) => {
    const issuer = chain[index + 1] ?? one;
    if (!one.ca) refuse(`"${one.subject}" is no authority's certificate`);
    if (!one.checkIssued(issuer) || !one.verify(issuer.publicKey)) refuse("it is no chain up to a root");
    if (Date.parse(one.validTo) < Date.now()) refuse(`"${one.subject}" has run out`);
  });
}

function refuse(why: string): never {
  throw new EnrolError("enrol/authority", `the authority's files cannot be used: ${why}`);
}

async function importKey(key: KeyObject): Promise<CryptoKey> {
  const der = key.export({ type: "pkcs8", format: "der" });
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ec" && curve === "prime256v1") {
    return await webcrypto.subtle.importKey("pkcs8", der, SIGNING, false, ["sign"]);
  }
  if (key.asymmetricKeyType === "rsa") {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    return await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  }
  throw new EnrolError("enrol/authority", "an authority's key is RSA or of the curve P-256");
}
