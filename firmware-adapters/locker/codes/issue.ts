import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

import { findPlaces, genuineNumeric, numericCodes, windowAt, type NumericSpace } from "./numeric-code.ts";
import { signToken } from "./signed-token.ts";

/** A code for a resident, with what its issuer needs to know of it. */
export interface IssuedCode {
  readonly code: string;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
}

/**
 * Issues a numeric code for one compartment, good from the window that `atMs` falls into.
 *
 * A code that would also be another door's, or another order's, while it is good is passed over: the cabinet could not
 * tell them apart, and would open neither.
 *
 * @param order  how many codes this compartment has been given in this window already.
 * @returns      undefined where the window has no code left for it.
 */
export async function issueNumericCode(
  space: NumericSpace,
  { compartment, atMs, order }: { readonly compartment: string; readonly atMs: number; readonly order: number },
): Promise<(IssuedCode & { readonly order: number }) | undefined> {
  const { settings } = space;
  const window = windowAt(atMs, settings);
  const codes = numericCodes(space, compartment, window);
  for (const [place, code] of [...codes.entries()].slice(order)) {
    // One window more either way, because the cabinet allows for clocks that differ.
    const from = window - settings.validWindows - 1;
    const to = window + settings.validWindows + 2;
    if ((await findPlaces(code, space, { from, to })).length > 1) continue;
    const { notBeforeMs, expiresAtMs } = genuineNumeric({ compartment, window, order: place }, settings);
    return { code, notBeforeMs, expiresAtMs, order: place };
  }
  return undefined;
}

/** Issues a signed token with a serial of its own. Times are rounded down to whole seconds. */
export function issueToken(
  {
    cabinetId,
    compartment,
    notBeforeMs,
    expiresAtMs,
  }: {
    readonly cabinetId: string;
    readonly compartment: string;
    readonly notBeforeMs: number;
    readonly expiresAtMs: number;
  },
  privateKey: KeyObject,
): IssuedCode & { readonly serial: string } {
  const notBeforeS = Math.floor(notBeforeMs / 1_000);
  const expiresAtS = Math.floor(expiresAtMs / 1_000);
  const serial = randomBytes(8).toString("hex");
  const code = signToken({ cabinetId, compartment, notBeforeS, expiresAtS, serial }, privateKey);
  return { code, notBeforeMs: notBeforeS * 1_000, expiresAtMs: expiresAtS * 1_000, serial };
}

/** A fresh pair of keys: the private one stays with the issuer, the public one, in base64, goes into the settings. */
export function newIssuerKeys(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { privateKey, publicKey: Buffer.from(x, "base64url").toString("base64") };
}

/** A fresh secret for numeric codes, in base64. */
export function newCodeSecret(): string {
  return randomBytes(32).toString("base64");
}
