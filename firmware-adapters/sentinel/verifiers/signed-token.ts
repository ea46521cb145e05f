import { sign, verify, type KeyObject } from "node:crypto";

import { z } from "zod";

/**
 * What a signed code says. Short names, because every letter makes the printed square denser: `i` its own id, random and
 * unique; `e` and `n` until and from when it is good, in Unix seconds; `d` the one door it is for.
 */
const tokenClaims = z.strictObject({
  i: z.string().min(8).max(64),
  e: z.int().min(0),
  n: z.int().min(0).optional(),
  d: z.string().min(1).max(64).optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/** A code of this shape, its signature not yet verified. */
export interface Token {
  readonly claims: TokenClaims;
  /** What was signed: everything before the last dot. */
  readonly signed: string;
  readonly signature: Buffer;
}

/**
 * So that a signature made for something else is no code, and no code something else: not the lockers' `OPL1.` either, which
 * are bytes for one compartment. These claims are JSON, because any issuer should be able to make them.
 */
const VERSION = "OP1";
const SHAPE = /^(?<signed>OP1\.(?<claims>[A-Za-z0-9_-]{20,360}))\.(?<signature>[A-Za-z0-9_-]{86})$/;

/**
 * Reads a signed code: `OP1.claims.signature`, claims as JSON and signature in base64url. Nothing of it may be believed
 * before `isSignedBy`.
 *
 * @returns undefined where it is no code of this shape.
 */
export function parseToken(code: string): Token | undefined {
  const { signed, claims, signature } = SHAPE.exec(code)?.groups ?? {};
  if (signed === undefined || claims === undefined || signature === undefined) return undefined;
  const parsed = tokenClaims.safeParse(parseJson(Buffer.from(claims, "base64url").toString("utf8")));
  return parsed.success ? { claims: parsed.data, signed, signature: Buffer.from(signature, "base64url") } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Foreign text: what is no JSON is no code.
    return undefined;
  }
}

/** Whether the holder of a key made this code. */
export function isSignedBy({ signed, signature }: Token, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(signed), publicKey, signature);
}

/** Makes a code: what whoever issues codes does. @param privateKey  Ed25519. */
export function issueToken(claims: TokenClaims, privateKey: KeyObject): string {
  const signed = `${VERSION}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}
