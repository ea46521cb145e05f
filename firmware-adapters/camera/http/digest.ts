import { createHash } from "node:crypto";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a server asks of us before it answers. */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "digest";
      readonly realm: string;
      readonly nonce: string;
      readonly opaque: string | undefined;
      /** As the server wrote it, to be sent back; undefined means MD5. */
      readonly algorithm: string | undefined;
      /** False: the server knows RFC 2069 only. */
      readonly hasQop: boolean;
      /** The credentials were right, the nonce was too old. */
      readonly isStale: boolean;
    };
export type DigestChallenge = Challenge & { readonly scheme: "digest" };

const MAX_HEADER_CHARS = 4_096;
const MAX_CHALLENGES = 8;
const HASHES: Readonly<Record<string, "md5" | "sha256">> = {
  MD5: "md5",
  "MD5-SESS": "md5",
  "SHA-256": "sha256",
  "SHA-256-SESS": "sha256",
};

/**
 * The strongest challenge that we can answer: SHA-256, then MD5, then Basic. A server may send several, in headers of
 * their own or in one.
 *
 * @param headers  every WWW-Authenticate header of a 401 answer.
 */
export function strongestChallenge(headers: readonly string[]): Challenge | undefined {
  const challenges = headers.flatMap(parseChallenges).toSorted((a, b) => strength(b) - strength(a));
  return challenges[0];
}

function strength(challenge: Challenge): number {
  if (challenge.scheme === "basic") return 0;
  return hashOf(challenge.algorithm) === "sha256" ? 2 : 1;
}

/** @see RFC 7235, section 4.1; RFC 7616, section 3.3 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let scheme: string | undefined;
  let parameters = new Map<string, string>();
  const end = (): void => {
    const challenge = scheme === undefined ? undefined : challengeOf(scheme, parameters);
    if (challenge !== undefined && challenges.length < MAX_CHALLENGES) challenges.push(challenge);
  };
  // Either "name = value", quoted or not, or the name of the next scheme.
  const item = /([\w!#$%&'*+.^`|~-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*)))?/g;
  for (const [, name = "", inQuotes, bare] of header.slice(0, MAX_HEADER_CHARS).matchAll(item)) {
    if (inQuotes === undefined && bare === undefined) {
      end();
      scheme = name.toLowerCase();
      parameters = new Map();
    } else {
      parameters.set(name.toLowerCase(), inQuotes?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
    }
  }
  end();
  return challenges;
}

function challengeOf(scheme: string, parameters: ReadonlyMap<string, string>): Challenge | undefined {
  if (scheme === "basic") return { scheme };
  const [realm, nonce, algorithm] = [parameters.get("realm"), parameters.get("nonce"), parameters.get("algorithm")];
  if (scheme !== "digest" || realm === undefined || nonce === undefined) return undefined;
  if (hashOf(algorithm) === undefined) return undefined;
  const qop = parameters.get("qop");
  const words = qop?.split(",").map((word) => word.trim().toLowerCase());
  // Only auth-int is left then, which nobody asks of a camera's pictures.
  if (words !== undefined && !words.includes("auth")) return undefined;
  const isStale = parameters.get("stale")?.toLowerCase() === "true";
  return { scheme, realm, nonce, opaque: parameters.get("opaque"), algorithm, hasQop: qop !== undefined, isStale };
}

function hashOf(algorithm: string | undefined): "md5" | "sha256" | undefined {
  return HASHES[(algorithm ?? "MD5").toUpperCase()];
}

export interface DigestRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly uri: string;
  /** How often this nonce was used, from 1. */
  readonly nonceCount: number;
  readonly clientNonce: string;
}

/**
 * The value of the Authorization header.
 *
 * @see RFC 7616, section 3.4; RFC 2069 where the server names no quality of protection
 */
export function digestAuthorization(
  challenge: DigestChallenge,
  { username, password }: Credentials,
  { method, uri, nonceCount, clientNonce }: DigestRequest,
): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const kind = hashOf(algorithm) ?? "md5";
  const hash = (text: string): string => createHash(kind).update(text, "utf8").digest("hex");
  const isSession = algorithm?.toUpperCase().endsWith("-SESS") ?? false;
  const secret = hash(`${username}:${realm}:${password}`);
  const first = isSession ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const second = hash(`${method}:${uri}`);
  const count = nonceCount.toString(16).padStart(8, "0");
  const response = hash(
    hasQop ? `${first}:${nonce}:${count}:${clientNonce}:auth:${second}` : `${first}:${nonce}:${second}`,
  );
  return [
    `Digest username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(hasQop ? [`qop=auth`, `nc=${count}`] : []),
    ...(hasQop || isSession ? [`cnonce=${quoted(clientNonce)}`] : []),
  ].join(", ");
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** @see RFC 7617 */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
