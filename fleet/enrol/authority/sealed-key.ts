import { createCipheriv, createDecipheriv, randomBytes, scrypt, type ScryptOptions } from "node:crypto";

import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { EnrolError } from "../errors.ts";

/** 64 MiB and about 0.2 s a guess. */
const COST = { N: 65_536, r: 8, p: 1 } as const;
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const KEY_BYTES = 32;
const BOUND_TO = Buffer.from("outpost authority key 1");
export const MIN_PASSPHRASE_LENGTH = 12;

const base64 = z.string().max(16_384);

/** A private key that only a passphrase opens: scrypt, then AES-256-GCM. */
export const sealedKey = z.strictObject({
  v: z.literal(1),
  // Bounds on what a foreign file may have us compute.
  cost: z.strictObject({ N: z.int().min(16_384).max(131_072), r: z.literal(8), p: z.int().min(1).max(2) }),
  salt: base64,
  iv: base64,
  tag: base64,
  data: base64,
});
export type SealedKey = z.infer<typeof sealedKey>;

/** @param pkcs8  DER. */
export async function sealKey(pkcs8: Uint8Array, passphrase: string): Promise<SealedKey> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await stretch(passphrase, salt, COST), iv);
  cipher.setAAD(BOUND_TO);
  const data = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  return { v: 1, cost: COST, salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
}

/** @returns PKCS#8, DER. @throws EnrolError `enrol/passphrase`. */
export async function openKey(sealed: SealedKey, passphrase: string): Promise<Buffer> {
  const key = await stretch(passphrase, bytes(sealed.salt), sealed.cost);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes(sealed.iv), { authTagLength: 16 });
    decipher.setAAD(BOUND_TO);
    decipher.setAuthTag(bytes(sealed.tag));
    return Buffer.concat([decipher.update(bytes(sealed.data)), decipher.final()]);
  } catch (error) {
    const message = "the passphrase does not open the authority's key; it is the one that the authority was made with";
    throw new EnrolError("enrol/passphrase", message, { cause: asError(error) });
  }
}

function text(raw: Buffer): string {
  return raw.toString("base64");
}

function bytes(base64Text: string): Buffer {
  return Buffer.from(base64Text, "base64");
}

async function stretch(passphrase: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
    throw new EnrolError("enrol/passphrase", `a passphrase has at least ${MIN_PASSPHRASE_LENGTH} characters`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return await promise;
}
