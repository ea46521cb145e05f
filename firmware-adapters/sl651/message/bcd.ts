import type { LocalTime } from "../../receiving/time/zoned-time.ts";

/** The digits a number can have and still be exact. */
const MAX_DIGITS = 15;

/**
 * A decimal number in BCD. All bytes FF: there is none. A first byte FF before others: it is negative.
 *
 * @param decimals  digits behind the point, 0 to 7.
 * @returns undefined where there is no number, or where the bytes are no digits.
 * @see SL 651-2014, section 6.6.3.3
 */
export function decodeNumber(bytes: Buffer, decimals: number): number | undefined {
  const isNegative = bytes.length > 1 && bytes[0] === 0xff;
  const from = isNegative ? 1 : 0;
  if ((bytes.length - from) * 2 > MAX_DIGITS + 1) return undefined;
  let value = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const [high, low] = [byte >> 4, byte & 0x0f];
    if (high > 9 || low > 9) return undefined;
    value = value * 100 + high * 10 + low;
  }
  if (bytes.length === 0 || value > Number.MAX_SAFE_INTEGER) return undefined;
  const scaled = value / 10 ** decimals;
  return isNegative && scaled !== 0 ? -scaled : scaled;
}

/** The inverse of `decodeNumber`; undefined is no number. `bytes` must have room for the sign as well. */
export function encodeNumber(value: number | undefined, bytes: number, decimals: number): Buffer {
  if (value === undefined) return Buffer.alloc(bytes, 0xff);
  const isNegative = value < 0;
  const room = (isNegative ? bytes - 1 : bytes) * 2;
  const text = String(Math.round(Math.abs(value) * 10 ** decimals))
    .padStart(room, "0")
    .slice(-room);
  return Buffer.from(`${isNegative ? "ff" : ""}${text}`, "hex");
}

/** yyMMddHHmmss or yyMMddHHmm in BCD. @returns undefined where the bytes are no digits. */
export function decodeTime(bytes: Buffer): LocalTime | undefined {
  const text = bytes.toString("hex");
  if (!/^(\d{10}|\d{12})$/.test(text)) return undefined;
  const two = (at: number): number => Number(text.slice(at, at + 2));
  const second = text.length === 12 ? two(10) : 0;
  return { year: 2_000 + two(0), month: two(2), day: two(4), hour: two(6), minute: two(8), second };
}

/** yyMMddHHmmss in BCD; the first five bytes are the time to the minute. */
export function encodeTime({ year, month, day, hour, minute, second }: LocalTime): Buffer {
  const text = [year % 100, month, day, hour, minute, second].map((part) => String(part).padStart(2, "0")).join("");
  return Buffer.from(text, "hex");
}
