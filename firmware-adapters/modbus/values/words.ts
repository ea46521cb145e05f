import type { Point } from "../profile.ts";

type Order = Extract<Point["type"], { readonly order: unknown }>["order"];

/** Where the halves of a 32-bit number lie in two registers. ABCD is the specification's own big-endian order. */
export interface PairLayout {
  /** Which of the two words carries the high half, and which the low. */
  readonly high: 0 | 1;
  readonly low: 0 | 1;
  /** Whether the bytes within each word are swapped. */
  readonly isSwapped: boolean;
}

export function pairLayout(order: Order): PairLayout {
  const isHighFirst = order === "ABCD" || order === "BADC";
  const isSwapped = order === "BADC" || order === "DCBA";
  return { high: isHighFirst ? 0 : 1, low: isHighFirst ? 1 : 0, isSwapped };
}

/** Lays a 32-bit pattern out as two words in wire order. */
export function splitPair(bits: number, order: Order): readonly number[] {
  const { high, isSwapped } = pairLayout(order);
  const pair = new DataView(new ArrayBuffer(4));
  pair.setUint32(0, bits);
  const words = [pair.getUint16(0, isSwapped), pair.getUint16(2, isSwapped)];
  return high === 0 ? words : words.toReversed();
}

/** The 32 bits of a number as an IEEE 754 single. */
export function floatBits(value: number): number {
  const pair = new DataView(new ArrayBuffer(4));
  pair.setFloat32(0, value);
  return pair.getUint32(0);
}

/** @returns the number that up to eight BCD digits stand for, or NaN where a digit is above 9. */
export function fromBcd(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** @param value  a whole number from 0 to 99 999 999. */
export function toBcd(value: number): number {
  let bits = 0;
  for (let shift = 0, rest = value; shift < 32; shift += 4, rest = Math.floor(rest / 10)) {
    bits |= (rest % 10) << shift;
  }
  return bits >>> 0;
}
