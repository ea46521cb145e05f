import assert from "node:assert/strict";

import type { Item } from "./items.ts";

/** What a meter said of an item. */
export type ItemValue =
  | { readonly kind: "value"; readonly value: number }
  /** Filled with FF: this meter has no such phase or register. */
  | { readonly kind: "not-available" }
  /** Not what the standard says stands there: a wrong length, or digits that are none. */
  | { readonly kind: "not-understood"; readonly detail: string };

type Form = Pick<Item, "bytes" | "decimals" | "isSigned" | "trailingBytes">;

/**
 * Reads an item's value out of its answer.
 *
 * @param payload  what follows the identifier, lowest byte first.
 * @see DL/T 645-2007, annex A: data formats; the top bit of signed items is their sign
 */
export function decodeItem(payload: Uint8Array, form: Form): ItemValue {
  const { bytes, decimals, isSigned, trailingBytes } = form;
  if (payload.length !== bytes + trailingBytes) {
    const detail = `${payload.length} bytes of data where ${bytes + trailingBytes} belong`;
    return { kind: "not-understood", detail };
  }
  const digits = payload.subarray(0, bytes);
  if (digits.every((byte) => byte === 0xff)) return { kind: "not-available" };
  let magnitude = 0;
  for (let at = bytes - 1; at >= 0; at -= 1) {
    const byte = digits[at] ?? 0;
    const [tens, ones] = [(isSigned && at === bytes - 1 ? byte & 0x7f : byte) >> 4, byte & 0x0f];
    if (tens > 9 || ones > 9) {
      return { kind: "not-understood", detail: `${Buffer.from(digits).toString("hex")} are not decimal digits` };
    }
    magnitude = magnitude * 100 + tens * 10 + ones;
  }
  const isNegative = isSigned && ((digits[bytes - 1] ?? 0) & 0x80) !== 0;
  const value = magnitude / 10 ** decimals;
  // A meter with nothing flowing may leave the sign set, and minus zero is nobody's reading.
  return { kind: "value", value: isNegative && magnitude > 0 ? -value : value };
}

/**
 * Writes a value as a meter would: the inverse of `decodeItem`, for simulators.
 *
 * @param value  within what the digits can say; a fraction beyond the last digit is cut off, as counters do.
 */
export function encodeItem(value: number, { bytes, decimals, isSigned, trailingBytes }: Form): Buffer {
  assert(isSigned || value >= 0, "only signed items go below zero");
  // The small addend keeps 5.29 from becoming 5.28 by the way fractions are stored.
  let rest = Math.floor(Math.abs(value) * 10 ** decimals + 1e-6);
  const digits = Buffer.alloc(bytes + trailingBytes);
  for (let at = 0; at < bytes; at += 1) {
    digits[at] = (Math.floor((rest % 100) / 10) << 4) | (rest % 10);
    rest = Math.floor(rest / 100);
  }
  const top = digits[bytes - 1] ?? 0;
  assert(rest === 0 && (!isSigned || top < 0x80), "the value fits its digits");
  if (isSigned && value < 0) digits[bytes - 1] = top | 0x80;
  return digits;
}
