import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { z } from "zod";

/** Crockford's base 32: no I, L, O or U, so that a code survives handwriting and the telephone. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 80 bits that nobody guesses. */
export const SECRET_LENGTH = 16;
/** 55 bits of the fingerprint of the fleet's root certificate: the code says whom it may be told. */
const PIN_LENGTH = 11;
const CODE = new RegExp(`^[${ALPHABET}]{${SECRET_LENGTH + PIN_LENGTH + 1}}$`);
const GROUP = /.{4}(?=.)/g;
const MAX_TEXT_LENGTH = 1_000;

/** A claim code taken apart. The secret goes to nobody whose root certificate does not have this pin. */
export interface ClaimCode {
  readonly secret: string;
  readonly pin: string;
}

/** What a technician types or a camera reads: the code, and where its fleet is if that was in the picture. */
export interface ClaimText {
  readonly code: ClaimCode;
  readonly fleetUrl: string | undefined;
}

/** `https://` with a host and perhaps a port, nothing behind it. */
export const fleetUrl = z.url({ protocol: /^https$/ }).max(300);

/** Random bytes (10) as the secret part of a code. */
export function encodeSecret(bytes: Uint8Array): string {
  return base32(bytes, SECRET_LENGTH);
}

/** How the fleet keeps the secret of a code. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(`outpost claim secret ${secret}`).digest();
}

/** Proves on a stick that somebody has a code, without its being there: over the request's nonce and its PKCS#10. */
export function claimProof(secretHash: Uint8Array, nonce: string, csr: string): string {
  return createHmac("sha256", secretHash).update(`outpost claim proof ${nonce} ${csr}`).digest("hex");
}

/** The pin of a root certificate, DER. */
export function pinOf(rootCertificate: Uint8Array): string {
  return base32(createHash("sha256").update(rootCertificate).digest(), PIN_LENGTH);
}

export function isSamePin(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** The code as it is printed: seven groups of four. */
export function formatClaimCode({ secret, pin }: ClaimCode): string {
  return `${secret}${pin}${checkDigit(secret + pin)}`.replaceAll(GROUP, "$&-");
}

/** What stands in the square that a camera reads. */
export function formatClaimQr(code: ClaimCode, url: string): string {
  return `OUTPOST:1?code=${formatClaimCode(code)}&fleet=${encodeURIComponent(url)}`;
}

/**
 * Reads a typed code or the text of the square. Case, blanks and dashes do not matter; O is 0, I and L are 1.
 *
 * @returns undefined where it is none, or a digit is wrong: 31 of 32 slips are seen before anybody is asked.
 */
export function parseClaimText(text: string): ClaimText | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const square = /^\s*OUTPOST:1\?(.*)$/is.exec(text);
  if (square?.[1] === undefined) return codeAlone(text);
  const parts = new URLSearchParams(square[1].trim());
  const url = fleetUrl.safeParse(parts.get("fleet"));
  const code = codeAlone(parts.get("code") ?? "")?.code;
  return code === undefined || !url.success ? undefined : { code, fleetUrl: url.data };
}

function codeAlone(text: string): ClaimText | undefined {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  if (!CODE.test(plain)) return undefined;
  const body = plain.slice(0, -1);
  if (plain.at(-1) !== checkDigit(body)) return undefined;
  return { code: { secret: body.slice(0, SECRET_LENGTH), pin: body.slice(SECRET_LENGTH) }, fleetUrl: undefined };
}

function checkDigit(body: string): string {
  return base32(createHash("sha256").update(`outpost claim ${body}`).digest(), 1);
}

/** The first `length` digits of five bits each. */
function base32(bytes: Uint8Array, length: number): string {
  let digits = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5 && digits.length < length; bits -= 5) digits += ALPHABET[(held >> (bits - 5)) & 31] ?? "";
    if (digits.length === length) return digits;
  }
  return digits;
}
