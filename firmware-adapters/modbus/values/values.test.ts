import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { pumpStationProfile } from "../profile.ts";
import type { Point, PointInput } from "../profile.ts";
import { encodeValue } from "./encode-value.ts";
import { ValueTable, decodeValue } from "./value-table.ts";

const ORDERS = ["ABCD", "CDAB", "BADC", "DCBA"] as const;

function point(type: PointInput["type"], changes: Partial<PointInput> = {}): Point {
  const table = type.kind === "bool" ? "coil" : "holding-register";
  const name = { zh: "点", en: "point" };
  const [parsed] = pumpStationProfile.parse({
    id: "test",
    name,
    isVerified: false,
    source: "test",
    pollGroups: { all: { everyMs: 1_000 } },
    points: [{ id: "p", name, table, address: 0, type, pollGroup: "all", ...changes }],
  }).points;
  if (parsed === undefined) throw new Error("no point");
  return parsed;
}

const decode = (one: Point, ...words: number[]) => decodeValue(one, words);
const good = (value: number) => ({ quality: "good", value });

describe("decoding", () => {
  it.each<[PointInput["type"], number[], number]>([
    [{ kind: "float32", order: "ABCD" }, [0x4050, 0x0000], 3.25],
    [{ kind: "float32", order: "CDAB" }, [0x0000, 0x4050], 3.25],
    [{ kind: "float32", order: "BADC" }, [0x5040, 0x0000], 3.25],
    [{ kind: "float32", order: "DCBA" }, [0x0000, 0x5040], 3.25],
    [{ kind: "uint32", order: "ABCD" }, [0x1234, 0x5678], 0x12345678],
    [{ kind: "uint32", order: "CDAB" }, [0x5678, 0x1234], 0x12345678],
    [{ kind: "uint32", order: "BADC" }, [0x3412, 0x7856], 0x12345678],
    [{ kind: "uint32", order: "DCBA" }, [0x7856, 0x3412], 0x12345678],
    [{ kind: "uint32", order: "ABCD" }, [0xffff, 0xfffe], 4_294_967_294],
    [{ kind: "int32", order: "ABCD" }, [0xffff, 0xfffe], -2],
    [{ kind: "uint16" }, [0xffff], 65_535],
    [{ kind: "int16" }, [0xffff], -1],
    [{ kind: "int16" }, [0x8000], -32_768],
    [{ kind: "bcd16" }, [0x1234], 1_234],
    [{ kind: "bcd32", order: "CDAB" }, [0x5678, 0x1234], 12_345_678],
    [{ kind: "bit", bit: 0 }, [0x0001], 1],
    [{ kind: "bit", bit: 15 }, [0x8000], 1],
    [{ kind: "bit", bit: 14 }, [0x8000], 0],
    [{ kind: "bool" }, [1], 1],
    [{ kind: "bool" }, [0], 0],
  ])("reads %j %j as %d", (type, words, value) => {
    expect(decode(point(type), ...words)).toEqual(good(value));
  });

  it("scales decimal fractions exactly, and shifts", () => {
    expect(decode(point({ kind: "uint16" }, { scale: 0.001 }), 1_234)).toEqual(good(1.234));
    expect(decode(point({ kind: "uint16" }, { scale: 0.1 }), 3)).toEqual(good(0.3));
    expect(decode(point({ kind: "int16" }, { scale: 0.01, offset: -273.15 }), 0)).toEqual(good(-273.15));
    expect(decode(point({ kind: "uint16" }, { scale: 10 }), 7)).toEqual(good(70));
    expect(decode(point({ kind: "int16" }, { scale: -0.5 }), 3)).toEqual(good(-1.5));
  });

  it.each<[string, Point, number[]]>([
    ["0xFFFF of an unsigned word", point({ kind: "uint16" }, { notAvailable: [65_535] }), [0xffff]],
    ["0x8000 of a signed word, written as -32768", point({ kind: "int16" }, { notAvailable: [-32_768] }), [0x8000]],
    ["0x8000 of a signed word, written as 32768", point({ kind: "int16" }, { notAvailable: [32_768] }), [0x8000]],
    ["0xFFFF of a BCD word", point({ kind: "bcd16" }, { notAvailable: [65_535] }), [0xffff]],
    [
      "all ones of a pair, the second of two marks",
      point({ kind: "uint32", order: "CDAB" }, { notAvailable: [7, 0xffff_ffff] }),
      [0xffff, 0xffff],
    ],
    ["a float that is no number", point({ kind: "float32", order: "ABCD" }), [0x7fc0, 0]],
    [
      "a float's own mark",
      point({ kind: "float32", order: "ABCD" }, { notAvailable: [-9_999] }),
      [...encodeValue(point({ kind: "float32", order: "ABCD" }), -9_999)],
    ],
  ])("takes %s for not available", (_, one, words) => {
    expect(decode(one, ...words)).toEqual({ quality: "bad", reason: "not-available" });
  });

  it.each<[string, Point, number[]]>([
    ["a value above the point's range", point({ kind: "uint16" }, { range: { min: 0, max: 10 } }), [11]],
    ["a value below it", point({ kind: "int16" }, { range: { min: 0, max: 10 } }), [0xffff]],
    ["an infinite float", point({ kind: "float32", order: "ABCD" }), [0x7f80, 0]],
    ["a BCD digit above nine", point({ kind: "bcd16" }), [0x12a4]],
  ])("calls %s out of range", (_, one, words) => {
    expect(decode(one, ...words)).toMatchObject({ quality: "bad", reason: "out-of-range" });
  });

  it("takes both ends of a range for good", () => {
    const one = point({ kind: "uint16" }, { range: { min: 2, max: 10 } });
    expect([decode(one, 2), decode(one, 10)]).toEqual([good(2), good(10)]);
  });

  it("keeps the points of one table apart", () => {
    const table = new ValueTable([
      point({ kind: "float32", order: "CDAB" }),
      point({ kind: "bit", bit: 3 }),
      point({ kind: "int16" }, { scale: 0.1 }),
    ]);
    const words = [9, 0x0000, 0x4050, 0x0008, 0xfff6];
    expect([table.value(0, words, 1), table.value(1, words, 3), table.value(2, words, 4)]).toEqual([3.25, 1, -1]);
  });
});

describe("encoding", () => {
  it.each(ORDERS)("gives back what it decoded, for every 32-bit pattern in order %s", (order) => {
    fc.assert(
      fc.property(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), (value) => {
        const one = point({ kind: "int32", order });
        expect(decode(one, ...encodeValue(one, value))).toEqual(good(value));
      }),
    );
  });

  it("gives back every BCD number and every float it can hold", () => {
    const bcd = point({ kind: "bcd32", order: "BADC" });
    const float = point({ kind: "float32", order: "DCBA" });
    fc.assert(
      fc.property(fc.nat(99_999_999), fc.float({ noNaN: true, noDefaultInfinity: true }), (whole, single) => {
        expect(decode(bcd, ...encodeValue(bcd, whole))).toEqual(good(whole));
        // Adding 0 makes one zero of the two; a shift of 0 does the same to what is read.
        expect(decode(float, ...encodeValue(float, single))).toEqual(good(single + 0));
      }),
    );
  });

  it("rounds to the register's own resolution", () => {
    expect(encodeValue(point({ kind: "uint16" }, { scale: 0.001 }), 1.2344)).toEqual([1_234]);
    expect(encodeValue(point({ kind: "bool" }), 1)).toEqual([1]);
  });

  it.each<[PointInput["type"], number]>([
    [{ kind: "uint16" }, -1],
    [{ kind: "uint16" }, 65_536],
    [{ kind: "int16" }, 32_768],
    [{ kind: "bcd16" }, 10_000],
    [{ kind: "uint32", order: "ABCD" }, 4_294_967_296],
    [{ kind: "bcd32", order: "ABCD" }, 100_000_000],
    [{ kind: "float32", order: "ABCD" }, 1e39],
    [{ kind: "uint16" }, Number.NaN],
    [{ kind: "bool" }, 2],
  ])("refuses %j %d", (type, value) => {
    expect(() => encodeValue(point(type), value)).toThrow(expect.objectContaining({ code: "modbus/bad-value" }));
  });
});
