import type { Reading } from "../../event.ts";
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

const NOT_BCD: Reading = { quality: "bad", reason: "out-of-range", detail: "not a BCD number" };
const NOT_AVAILABLE: Reading = { quality: "bad", reason: "not-available" };

/** Decodes one point on its own, its words first in `words`; as `ValueTable.read`. */
export function decodeValue(point: Point, words: Uint16Array): Reading {
  return new ValueTable([point]).read(0, words, 0);
}

/**
 * How the words of many points become values, kept column by column.
 *
 * A poll decodes a thousand points between two requests. Laid out as an object each they are scattered over so much
 * memory that fetching them costs three times the arithmetic.
 */
export class ValueTable {
  readonly #points: readonly Point[];
  readonly #kind: Uint8Array;
  readonly #bit: Uint8Array;
  readonly #high: Uint8Array;
  readonly #isSwapped: Uint8Array;
  readonly #factor: Float64Array;
  readonly #divisor: Float64Array;
  readonly #shift: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #sentinels: readonly (readonly number[] | undefined)[];
  readonly #pair = new DataView(new ArrayBuffer(4));

  /** @param points  a point's place here is its `index` below. */
  constructor(points: readonly Point[]) {
    this.#points = points;
    this.#kind = Uint8Array.from(points, ({ type }) => KINDS.indexOf(type.kind));
    this.#bit = Uint8Array.from(points, ({ type }) => (type.kind === "bit" ? type.bit : 0));
    this.#high = Uint8Array.from(points, ({ type }) => ("order" in type ? pairLayout(type.order).high : 0));
    this.#isSwapped = Uint8Array.from(points, ({ type }) =>
      "order" in type && pairLayout(type.order).isSwapped ? 1 : 0,
    );
    this.#factor = Float64Array.from(points, ({ scale }) => exactScale(scale).factor);
    this.#divisor = Float64Array.from(points, ({ scale }) => exactScale(scale).divisor);
    this.#shift = Float64Array.from(points, ({ offset }) => offset);
    this.#min = Float64Array.from(points, ({ range }) => range?.min ?? -Number.MAX_VALUE);
    this.#max = Float64Array.from(points, ({ range }) => range?.max ?? Number.MAX_VALUE);
    this.#sentinels = points.map(({ notAvailable, type }) =>
      notAvailable.length === 0 ? undefined : notAvailable.map((raw) => asPattern(raw, type)),
    );
  }

  /**
   * Decodes one point.
   *
   * @param words   a block as it came from the wire: registers 0 to 65535, or bits 0 and 1.
   * @param offset  where in the block the point begins.
   * @returns       the value in the point's unit; bad, with the reason, where the device marks it as not available,
   *                where it is no number, and where it lies outside the point's range.
   */
  read(index: number, words: Uint16Array, offset: number): Reading {
    const raw = this.#raw(index, words, offset);
    const sentinels = this.#sentinels[index];
    if (sentinels !== undefined && sentinels.includes(this.#pattern(index, words, offset))) return NOT_AVAILABLE;
    const value = (raw * (this.#factor[index] ?? 1)) / (this.#divisor[index] ?? 1) + (this.#shift[index] ?? 0);
    if (value >= (this.#min[index] ?? 0) && value <= (this.#max[index] ?? 0)) return { quality: "good", value };
    return this.#outside(index, value);
  }

  #outside(index: number, value: number): Reading {
    if (Number.isNaN(value)) return this.#kind[index] === FLOAT32 ? NOT_AVAILABLE : NOT_BCD;
    const unit = this.#points[index]?.unit ?? "";
    return { quality: "bad", reason: "out-of-range", detail: `${value} ${unit}`.trimEnd() };
  }

  #raw(index: number, words: Uint16Array, offset: number): number {
    const kind = this.#kind[index] ?? 0;
    if (kind >= FIRST_PAIR) return this.#pairValue(kind, index, words, offset);
    const word = words[offset] ?? 0;
    if (kind === BIT) return (word >> (this.#bit[index] ?? 0)) & 1;
    if (kind === INT16) return (word << 16) >> 16;
    return kind === BCD16 ? fromBcd(word) : word;
  }

  #pairValue(kind: number, index: number, words: Uint16Array, offset: number): number {
    const pair = this.#pairAt(index, words, offset);
    if (kind === FLOAT32) return pair.getFloat32(0);
    if (kind === INT32) return pair.getInt32(0);
    return kind === BCD32 ? fromBcd(pair.getUint32(0)) : pair.getUint32(0);
  }

  #pairAt(index: number, words: Uint16Array, offset: number): DataView {
    const high = this.#high[index] ?? 0;
    const isSwapped = this.#isSwapped[index] === 1;
    this.#pair.setUint16(0, words[offset + high] ?? 0, isSwapped);
    this.#pair.setUint16(2, words[offset + 1 - high] ?? 0, isSwapped);
    return this.#pair;
  }

  /** The bits as they stand, unsigned: what sentinels are compared with, because 0xFFFF is no BCD and -1 is 0xFFFF. */
  #pattern(index: number, words: Uint16Array, offset: number): number {
    const isPair = (this.#kind[index] ?? 0) >= FIRST_PAIR;
    return isPair ? this.#pairAt(index, words, offset).getUint32(0) : (words[offset] ?? 0);
  }
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
