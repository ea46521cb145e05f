import { timingSafeEqual, createHash } from "node:crypto";

/**
 * Whether a caller's password is the station's AuthorizationKey. Stations send the key as the bytes it stands for, or as
 * its 40 hex digits, or as the text that was typed into them; each is right.
 *
 * @param given  as it came in the Authorization header; undefined where there was none, or another user's.
 * @param key    as the site file has it.
 * @see OCPP 1.6 security whitepaper edition 3, section 3.1; OCPP 2.0.1 part 2, A00.FR.204
 */
export function isPassword(given: Buffer | undefined, key: string): boolean {
  if (given === undefined) return false;
  const accepted = [Buffer.from(key, "utf8")];
  if (/^(?:[0-9a-fA-F]{2}){8,20}$/.test(key)) {
    accepted.push(Buffer.from(key, "hex"), Buffer.from(key.toLowerCase()), Buffer.from(key.toUpperCase()));
  }
  // Every form is compared, so that the time says nothing about which was near.
  return accepted.map((one) => isSame(given, one)).includes(true);
}

function isSame(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
