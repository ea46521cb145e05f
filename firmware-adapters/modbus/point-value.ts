import type { Reading } from "../event.ts";
import { ModbusError } from "./errors.ts";
import type { Point } from "./profile.ts";

/** Reads one point's value out of a block of words, at an offset. */
export type ValueReader = (words: Uint16Array, offset: number) => Reading;

type Order = "ABCD" | "CDAB" | "BADC" | "DCBA";
type RawReader = (words: Uint16Array, offset: number) => number;

const NOT_BCD: Reading = { quality: "bad", reason: "out-of-range", detail: "not a BCD number" };
const NOT_AVAILABLE: Reading = { quality: "bad", reason: "not-available" };
const OFF: Reading = { quality: "good", value: 0 };
const ON: Reading = { quality: "good", value: 1 };

/**
 * Prepares the reading of one point, so that a poll does no more than arithmetic.
 *
 * @returns a reader of words as they came from the wire: registers 0 to 65535, or bits 0 and 1. A value the device
 *          marks as not available, a float that is no number, digits above 9 in BCD and a value outside the point's
 *          range read as bad, with the reason.
 */
export function compileReader(point: Point): ValueReader {
  const { type } = point;
  if (type.kind === "bool") return (words, offset) => (words[offset] === 1 ? ON : OFF);
  if (type.kind === "bit") return (words, offset) => ((((words[offset] ?? 0) >> type.bit) & 1) === 1 ? ON : OFF);
  const readRaw = rawReader(type);
  const sentinels = point.notAvailable.map((raw) => asPattern(raw, type));
  const toPattern = patternReader(type);
  const toValue = scaler(point);
  const { min, max } = point.range ?? { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const isBcd = type.kind === "bcd16" || type.kind === "bcd32";
  return (words, offset) => {
    if (sentinels.length > 0 && sentinels.includes(toPattern(words, offset))) return NOT_AVAILABLE;
    const raw = readRaw(words, offset);
    if (Number.isNaN(raw)) return isBcd ? NOT_BCD : NOT_AVAILABLE;
    const value = toValue(raw);
    if (value >= min && value <= max && Number.isFinite(value)) return { quality: "good", value };
    return { quality: "bad", reason: "out-of-range", detail: `${value} ${point.unit}`.trimEnd() };
  };
}

/**
 * Turns a value into the words to write.
 *
 * @returns one or two words in wire order, rounded to the device's own resolution.
 * @throws ModbusError `modbus/bad-value` when the registers cannot hold it.
 */
export function encodeValue(point: Point, value: number): readonly number[] {
  const { type } = point;
  const raw = (value - point.offset) / point.scale;
  const cannot = (): ModbusError =>
    new ModbusError("modbus/bad-value", `${point.id}: ${value} ${point.unit} does not fit into a ${type.kind}`);
  const whole = Math.round(raw);
  const within = (min: number, max: number): number => {
    if (!(whole >= min && whole <= max)) throw cannot();
    return whole;
  };
  switch (type.kind) {
    case "bool":
      return [within(0, 1)];
    case "bit":
      throw cannot();
    case "uint16":
      return [within(0, 0xffff)];
    case "int16":
      return [within(-0x8000, 0x7fff) & 0xffff];
    case "bcd16":
      return [toBcd(within(0, 9_999))];
    case "uint32":
      return split(within(0, 0xffff_ffff), type.order);
    case "int32":
      return split(within(-0x8000_0000, 0x7fff_ffff) >>> 0, type.order);
    case "bcd32":
      return split(toBcd(within(0, 99_999_999)), type.order);
    case "float32": {
      const bits = floatBits(raw);
      if (!Number.isFinite(Math.fround(raw))) throw cannot();
      return split(bits, type.order);
    }
  }
}

function rawReader(type: Exclude<Point["type"], { kind: "bool" | "bit" }>): RawReader {
  switch (type.kind) {
    case "uint16":
      return (words, offset) => words[offset] ?? Number.NaN;
    case "int16":
      return (words, offset) => ((words[offset] ?? 0) << 16) >> 16;
    case "bcd16":
      return (words, offset) => fromBcd(words[offset] ?? 0);
    case "uint32":
      return joiner(type.order);
    case "int32": {
      const join = joiner(type.order);
      return (words, offset) => join(words, offset) | 0;
    }
    case "bcd32": {
      const join = joiner(type.order);
      return (words, offset) => fromBcd(join(words, offset));
    }
    case "float32": {
      const join = joiner(type.order);
      const view = new DataView(new ArrayBuffer(4));
      return (words, offset) => {
        view.setUint32(0, join(words, offset));
        return view.getFloat32(0);
      };
    }
  }
}

/** The bits as they stand, unsigned: what sentinels are compared with, because 0xFFFF is no BCD and -1 is 0xFFFF. */
function patternReader(type: Exclude<Point["type"], { kind: "bool" | "bit" }>): RawReader {
  return "order" in type ? joiner(type.order) : (words, offset) => words[offset] ?? Number.NaN;
}

function asPattern(raw: number, type: Point["type"]): number {
  if (type.kind === "float32") return floatBits(raw);
  return "order" in type ? raw >>> 0 : raw & 0xffff;
}

/** @returns a reader of two words as one unsigned 32-bit number. ABCD is the specification's own big-endian order. */
function joiner(order: Order): RawReader {
  const high = order === "ABCD" || order === "BADC" ? 0 : 1;
  const low = 1 - high;
  const isSwapped = order === "BADC" || order === "DCBA";
  if (!isSwapped) return (words, offset) => (words[offset + high] ?? 0) * 0x1_0000 + (words[offset + low] ?? 0);
  return (words, offset) => swapBytes(words[offset + high] ?? 0) * 0x1_0000 + swapBytes(words[offset + low] ?? 0);
}

function split(bits: number, order: Order): readonly number[] {
  const isSwapped = order === "BADC" || order === "DCBA";
  const words = [(bits >>> 16) & 0xffff, bits & 0xffff].map((word) => (isSwapped ? swapBytes(word) : word));
  return order === "ABCD" || order === "BADC" ? words : words.toReversed();
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}

function floatBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** @returns the number, or NaN where a digit is above 9. */
function fromBcd(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function toBcd(value: number): number {
  let bits = 0;
  for (let shift = 0, rest = value; shift < 32; shift += 4, rest = Math.floor(rest / 10)) {
    bits |= (rest % 10) << shift;
  }
  return bits >>> 0;
}

/** Division where the scale is a decimal fraction: 1234 / 1000 is 1.234, where 1234 * 0.001 need not be. */
function scaler({ scale, offset }: Point): (raw: number) => number {
  const divisor = Math.round(1 / scale);
  if (scale === 1) return offset === 0 ? (raw) => raw : (raw) => raw + offset;
  if (Math.abs(divisor * scale - 1) < 1e-12) return (raw) => raw / divisor + offset;
  return (raw) => raw * scale + offset;
}
