import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";

import type { GenuineCode } from "./code-name.ts";

/**
 * What a token begins with, so that a scanner's other codes are told apart at once. It is not the doorway terminals' `OP1.`:
 * a token names cabinet and compartment, always ends, and is bytes, so that its printed square is small; and a code for one
 * door must never open another kind of door.
 */
const PREFIX = "OPL1.";
const DOMAIN = Buffer.from("outpost locker token 1\0");
const VERSION = 1;
const SIGNATURE_BYTES = 64;
const SERIAL_BYTES = 8;
const SECONDS_BYTES = 4;
const MAX_TEXT_BYTES = 32;
/** The longest token there can be, in characters. */
export const MAX_TOKEN_CHARS = 220;

/** What a signed token says. Times are whole seconds of Unix time, until the year 2106. */
export interface TokenClaims {
  readonly cabinetId: string;
  readonly compartment: string;
  readonly notBeforeS: number;
  readonly expiresAtS: number;
  /** 16 hex digits, never used twice for one cabinet. */
  readonly serial: string;
}

/** Whether a text has the form of a signed token. */
export function isSignedToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Makes a token: `OPL1.` and, in base64url, version, cabinet, compartment, two times, serial, and an Ed25519 signature. */
export function signToken(claims: TokenClaims, privateKey: KeyObject): string {
  const said = encodeClaims(claims);
  const signature = sign(null, Buffer.concat([DOMAIN, said]), privateKey);
  return PREFIX + Buffer.concat([said, signature]).toString("base64url");
}

/**
 * Reads a token and checks its signature.
 *
 * @param publicKeys  raw Ed25519 keys in base64; any of them will do.
 * @returns           undefined where it is none, or none of theirs.
 */
export function readToken(text: string, publicKeys: readonly string[]): TokenClaims | undefined {
  if (!isSignedToken(text) || text.length > MAX_TOKEN_CHARS) return undefined;
  const body = text.slice(PREFIX.length);
  const bytes = Buffer.from(body, "base64url");
  // One token has one spelling.
  if (bytes.toString("base64url") !== body || bytes.length <= SIGNATURE_BYTES) return undefined;
  const said = bytes.subarray(0, -SIGNATURE_BYTES);
  const signature = bytes.subarray(-SIGNATURE_BYTES);
  const signed = Buffer.concat([DOMAIN, said]);
  const isSigned = publicKeys.some((key) => verify(null, signed, publicKeyOf(key), signature));
  return isSigned ? decodeClaims(said) : undefined;
}

/** The code that a token is. */
export function genuineSigned({ compartment, notBeforeS, expiresAtS, serial }: TokenClaims): GenuineCode {
  return {
    kind: "signed",
    compartment,
    notBeforeMs: notBeforeS * 1_000,
    expiresAtMs: expiresAtS * 1_000,
    id: `s:${serial}`,
  };
}

function encodeClaims({ cabinetId, compartment, notBeforeS, expiresAtS, serial }: TokenClaims): Buffer {
  const times = Buffer.alloc(2 * SECONDS_BYTES);
  times.writeUInt32BE(notBeforeS, 0);
  times.writeUInt32BE(expiresAtS, SECONDS_BYTES);
  return Buffer.concat([
    Buffer.of(VERSION),
    prefixed(cabinetId),
    prefixed(compartment),
    times,
    Buffer.from(serial, "hex"),
  ]);
}

function prefixed(value: string): Buffer {
  const bytes = Buffer.from(value, "ascii");
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** @returns undefined where a signer made something else than this version's claims. */
function decodeClaims(said: Buffer): TokenClaims | undefined {
  if (said[0] !== VERSION) return undefined;
  const cabinetId = textAt(said, 1);
  const compartment = cabinetId === undefined ? undefined : textAt(said, 2 + cabinetId.length);
  if (cabinetId === undefined || compartment === undefined) return undefined;
  const at = 3 + cabinetId.length + compartment.length;
  if (said.length !== at + 2 * SECONDS_BYTES + SERIAL_BYTES) return undefined;
  return {
    cabinetId,
    compartment,
    notBeforeS: said.readUInt32BE(at),
    expiresAtS: said.readUInt32BE(at + SECONDS_BYTES),
    serial: said.subarray(-SERIAL_BYTES).toString("hex"),
  };
}

function textAt(bytes: Buffer, at: number): string | undefined {
  const length = bytes[at];
  if (length === undefined || length > MAX_TEXT_BYTES || at + 1 + length > bytes.length) return undefined;
  return bytes.toString("latin1", at + 1, at + 1 + length);
}

function publicKeyOf(base64: string): KeyObject {
  const x = Buffer.from(base64, "base64").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}
