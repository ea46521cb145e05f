import type { Reading } from "../../event.ts";
import type { Words } from "../codec.ts";
import type { Point } from "../profile.ts";
import { floatBits, fromBcd, pairLayout } from "./words.ts";

const KINDS = ["bool", "bit", "uint16", "int16", "bcd16", "uint32", "int32", "float32", "bcd32"] as const;
const BIT = KINDS.indexOf("bit");
const INT16 = KINDS.indexOf("int16");
const BCD16 = KINDS.indexOf("bcd16");
const FIRST_PAIR = KINDS.indexOf("uint32");
const INT32 = KINDS.indexOf("int32");
const FLOAT32 = KINDS.indexOf("float32");
const BCD32 = KINDS.indexOf("bcd32");
/** Beside a pair's kind: which word is the high one, and whether the bytes in a word are swapped. */
const HIGH_SECOND = 1;
const SWAPPED = 2;
/** Numbers a point: factor, divisor, shift, min, max. */
const STRIDE = 5;

const NOT_BCD: Reading = { quality: "bad", reason: "out-of-range", detail: "not a BCD number" };
const NOT_AVAILABLE: Reading = { quality: "bad", reason: "not-available" };

/** Decodes one point on its own, its words first in `words`; as `ValueTable` does. */
export function decodeValue(point: Point, words: Words): Reading {
  const table = new ValueTable([point]);
  const value = table.value(0, words, 0);
  return Number.isNaN(value) ? table.whyBad(0, words, 0) : { quality: "good", value };
}

/**
 * How the words of many points become values.
 *
 * A poll decodes a thousand points between two requests. Laid out as objects they are scattered over so much memory that
 * fetching them costs three times the arithmetic; so they are rows of numbers.
 */
export class ValueTable {
  readonly #points: readonly Point[];
  readonly #kinds: Uint8Array;
  /** The bit of a bit, the layout of a pair. */
  readonly #details: Uint8Array;
  readonly #numbers: Float64Array;
  readonly #sentinels: readonly (readonly number[] | undefined)[];
  readonly #pair = new DataView(new ArrayBuffer(4));

  /** @param points  a point's place here is its `index` below. */
  constructor(points: readonly Point[]) {
    this.#points = points;
    this.#kinds = Uint8Array.from(points, ({ type }) => KINDS.indexOf(type.kind));
    this.#details = Uint8Array.from(points, ({ type }) => detailOf(type));
    this.#numbers = Float64Array.from(points.flatMap(numbersOf));
    this.#sentinels = points.map(({ notAvailable, type }) =>
      notAvailable.length === 0 ? undefined : notAvailable.map((raw) => asPattern(raw, type)),
    );
  }

  /**
   * Decodes one point.
   *
   * @param words   a block as it came from the wire: registers 0 to 65535, or bits 0 and 1.
   * @param offset  where in the block the point begins.
   * @returns       the value in the point's unit; NaN where it is bad: the device marks it as not available, it is no
   *                number, or it lies outside the point's range.
   */
  value(index: number, words: Words, offset: number): number {
    if (this.#sentinels[index] !== undefined && this.#isSentinel(index, words, offset)) return Number.NaN;
    const value = this.#scaled(index, words, offset);
    const row = index * STRIDE;
    return value >= (this.#numbers[row + 3] ?? 0) && value <= (this.#numbers[row + 4] ?? 0) ? value : Number.NaN;
  }

  /** Says why a value is bad. */
  whyBad(index: number, words: Words, offset: number): Reading {
    if (this.#isSentinel(index, words, offset)) return NOT_AVAILABLE;
    const value = this.#scaled(index, words, offset);
    if (Number.isNaN(value)) return this.#kinds[index] === FLOAT32 ? NOT_AVAILABLE : NOT_BCD;
    const unit = this.#points[index]?.unit ?? "";
    return { quality: "bad", reason: "out-of-range", detail: `${value} ${unit}`.trimEnd() };
  }

  #scaled(index: number, words: Words, offset: number): number {
    const kind = this.#kinds[index] ?? 0;
    const raw =
      kind < FIRST_PAIR ? this.#word(kind, index, words, offset) : this.#pairValue(kind, index, words, offset);
    const row = index * STRIDE;
    const numbers = this.#numbers;
    return (raw * (numbers[row] ?? 1)) / (numbers[row + 1] ?? 1) + (numbers[row + 2] ?? 0);
  }

  /** Sentinels are compared with the bits as they stand, unsigned: 0xFFFF is no BCD number, and -1 is 0xFFFF. */
  #isSentinel(index: number, words: Words, offset: number): boolean {
    const isPair = (this.#kinds[index] ?? 0) >= FIRST_PAIR;
    const pattern = isPair ? this.#pairAt(index, words, offset).getUint32(0) : (words[offset] ?? 0);
    return this.#sentinels[index]?.includes(pattern) ?? false;
  }

  #word(kind: number, index: number, words: Words, offset: number): number {
    const word = words[offset] ?? 0;
    if (kind === BIT) return (word >> (this.#details[index] ?? 0)) & 1;
    if (kind === INT16) return (word << 16) >> 16;
    return kind === BCD16 ? fromBcd(word) : word;
  }

  #pairValue(kind: number, index: number, words: Words, offset: number): number {
    const pair = this.#pairAt(index, words, offset);
    if (kind === FLOAT32) return pair.getFloat32(0);
    if (kind === INT32) return pair.getInt32(0);
    return kind === BCD32 ? fromBcd(pair.getUint32(0)) : pair.getUint32(0);
  }

  /** The two words of a pair side by side in big-endian order. */
  #pairAt(index: number, words: Words, offset: number): DataView {
    const detail = this.#details[index] ?? 0;
    const high = detail & HIGH_SECOND;
    const isSwapped = (detail & SWAPPED) !== 0;
    this.#pair.setUint16(0, words[offset + high] ?? 0, isSwapped);
    this.#pair.setUint16(2, words[offset + 1 - high] ?? 0, isSwapped);
    return this.#pair;
  }
}

function detailOf(type: Point["type"]): number {
  if (type.kind === "bit") return type.bit;
  if (!("order" in type)) return 0;
  const { high, isSwapped } = pairLayout(type.order);
  return (high === 1 ? HIGH_SECOND : 0) + (isSwapped ? SWAPPED : 0);
}

function numbersOf({ scale, offset, range }: Point): number[] {
  const { factor, divisor } = exactScale(scale);
  return [factor, divisor, offset, range?.min ?? -Number.MAX_VALUE, range?.max ?? Number.MAX_VALUE];
}

function asPattern(raw: number, type: Point["type"]): number {
  if (type.kind === "float32") return floatBits(raw);
  return "order" in type ? raw >>> 0 : raw & 0xffff;
}

/** Division where the scale is a decimal fraction: 1234 / 1000 is 1.234, where 1234 * 0.001 need not be. */
function exactScale(scale: number): { readonly factor: number; readonly divisor: number } {
  const divisor = Math.round(1 / scale);
  return Math.abs(divisor * scale - 1) < 1e-12 ? { factor: 1, divisor } : { factor: scale, divisor: 1 };
}
