import { ModbusError } from "../errors.ts";
import type { Point } from "../profile.ts";
import { floatBits, splitPair, toBcd } from "./words.ts";

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
      return splitPair(within(0, 0xffff_ffff), type.order);
    case "int32":
      return splitPair(within(-0x8000_0000, 0x7fff_ffff) >>> 0, type.order);
    case "bcd32":
      return splitPair(toBcd(within(0, 99_999_999)), type.order);
    case "float32": {
      if (!Number.isFinite(Math.fround(raw))) throw cannot();
      return splitPair(floatBits(raw), type.order);
    }
  }
}
