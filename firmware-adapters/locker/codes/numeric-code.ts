import { createHmac } from "node:crypto";

import type { GenuineCode } from "./code-name.ts";
import type { NumericCodesSettings } from "./settings.ts";

/** Ten to the eighth: codes have eight digits. */
const CODES = 100_000_000;
const DIGITS = 8;
const DOMAIN = "outpost locker code 1";
const SLICE_BYTES = 4;
const MINUTE_MS = 60_000;
/** Issuer and cabinet may differ by so much; a code is neither early nor expired because of it. */
const SKEW_MS = 120_000;
/** So many HMACs take about a millisecond; then everybody else on this thread has a turn. */
const HMACS_A_TURN = 50;

/** What numeric codes of one cabinet are made of. */
export interface NumericSpace {
  readonly cabinetId: string;
  readonly settings: NumericCodesSettings;
  /** The compartments' ids. */
  readonly compartments: readonly string[];
}

/** One place in the space of codes: the `order`-th code of a compartment in a window of time. */
export interface NumericPlace {
  readonly compartment: string;
  readonly window: number;
  readonly order: number;
}

/** Whether a text has the form of a numeric code. */
export function isNumericCode(text: string): boolean {
  return /^\d{8}$/.test(text);
}

/** The window of time that a moment falls into. */
export function windowAt(atMs: number, { windowMinutes }: NumericCodesSettings): number {
  return Math.floor(atMs / (windowMinutes * MINUTE_MS));
}

/**
 * The codes of one compartment in one window, by order: HMAC-SHA-256 over cabinet, compartment and window, of which each
 * order takes 31 bits modulo 10^8, as RFC 6238 does with the one slice that it picks.
 *
 * @returns `ordersPerWindow` texts of eight digits.
 */
export function numericCodes(
  { cabinetId, settings }: NumericSpace,
  compartment: string,
  window: number,
): readonly string[] {
  const digest = createHmac("sha256", Buffer.from(settings.secret, "base64"))
    .update(`${DOMAIN}\0${cabinetId}\0${compartment}\0${window}`)
    .digest();
  return Array.from({ length: settings.ordersPerWindow }, (_, order) =>
    String((digest.readUInt32BE(order * SLICE_BYTES) & 0x7fff_ffff) % CODES).padStart(DIGITS, "0"),
  );
}

/** The same code's every place in these windows. There is one for a code that was issued as it should. */
export async function findPlaces(
  code: string,
  space: NumericSpace,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly NumericPlace[]> {
  const places: NumericPlace[] = [];
  let hmacs = 0;
  for (let window = from; window <= to; window += 1) {
    for (const compartment of space.compartments) {
      // No early end: how long it takes says nothing about the code.
      numericCodes(space, compartment, window).forEach((candidate, order) => {
        if (candidate === code) places.push({ compartment, window, order });
      });
      hmacs += 1;
      if (hmacs % HMACS_A_TURN === 0) await new Promise(setImmediate);
    }
  }
  return places;
}

/** The code at a place, with its life. */
export function genuineNumeric(
  { compartment, window, order }: NumericPlace,
  settings: NumericCodesSettings,
): GenuineCode {
  const windowMs = settings.windowMinutes * MINUTE_MS;
  return {
    kind: "numeric",
    compartment,
    notBeforeMs: window * windowMs,
    expiresAtMs: (window + settings.validWindows + 1) * windowMs,
    id: `n:${compartment}:${window}:${order}`,
  };
}

/**
 * Looks for a numeric code around a moment.
 *
 * @returns the genuine code, whether or not it is good at that moment; `ambiguous` where it could be several, and opens
 *          none; undefined where it is none of the codes that are good, were lately, or will be soon.
 */
export async function findNumericCode(
  code: string,
  space: NumericSpace,
  nowMs: number,
): Promise<GenuineCode | "ambiguous" | undefined> {
  const { settings } = space;
  const { validWindows } = settings;
  const oldest = windowAt(nowMs - SKEW_MS, settings) - validWindows;
  const newest = windowAt(nowMs + SKEW_MS, settings);
  const good = await findPlaces(code, space, { from: oldest, to: newest });
  const [one, ...others] = good;
  if (others.length > 0) return "ambiguous";
  if (one !== undefined) return genuineNumeric(one, settings);
  // None of these opens anything; but people are told why.
  const stale = await findPlaces(code, space, { from: oldest - validWindows, to: oldest - 1 });
  const early = await findPlaces(code, space, { from: newest + 1, to: newest + validWindows });
  const [known] = [...stale, ...early];
  return known === undefined ? undefined : genuineNumeric(known, settings);
}

/** Whether a code is early or expired, with the skew that clocks may have. */
export function lifeOf({ notBeforeMs, expiresAtMs }: GenuineCode, nowMs: number): "early" | "good" | "expired" {
  if (nowMs + SKEW_MS < notBeforeMs) return "early";
  return nowMs - SKEW_MS >= expiresAtMs ? "expired" : "good";
}
