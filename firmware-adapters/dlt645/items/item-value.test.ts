import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeItem, encodeItem } from "./item-value.ts";
import { ITEMS, ITEM_IDS, type ItemId } from "./items.ts";

function decode(id: ItemId, hex: string) {
  return decodeItem(Buffer.from(hex, "hex"), ITEMS[id]);
}

describe("an item's value", () => {
  it.each<[ItemId, string, number]>([
    ["energy", "98123456", 563_412.98],
    ["voltage.a", "0522", 220.5],
    ["current.a", "341280", -1.234],
    ["current.a", "341200", 1.234],
    ["power", "563412", 12.3456],
    ["power", "563492", -12.3456],
    ["powerFactor", "5009", 0.95],
    ["powerFactor", "5089", -0.95],
    ["frequency", "0150", 50.01],
    ["energyNet", "00010080", -1],
    ["power", "000080", 0],
    ["demand.max", "2045010000000000", 1.452],
  ])("%s of %s is %d", (id, hex, value) => {
    expect(decode(id, hex)).toEqual({ kind: "value", value });
  });

  it("is not available where the meter fills it with FF", () => {
    expect(decode("voltage.b", "ffff")).toEqual({ kind: "not-available" });
    expect(decode("current.c", "ffffff")).toEqual({ kind: "not-available" });
  });

  it.each<[ItemId, string]>([
    ["energy", "9a123456"],
    ["energy", "98123486".replace("86", "a6")],
    ["voltage.a", "05f2"],
    ["power", "5634ff"],
  ])("%s is not understood where digits are none: %s", (id, hex) => {
    expect(decode(id, hex)).toMatchObject({ kind: "not-understood" });
  });

  it.each<[ItemId, string]>([
    ["energy", "981234"],
    ["energy", "9812345600"],
    ["demand.max", "204501"],
    ["voltage.a", ""],
  ])("%s is not understood in another length: %s", (id, hex) => {
    expect(decode(id, hex)).toMatchObject({ kind: "not-understood" });
  });

  it("comes back from what a meter would send, for every item", () => {
    for (const id of ITEM_IDS) {
      const { bytes, decimals, isSigned } = ITEMS[id];
      const digits = 10 ** (bytes * 2);
      fc.assert(
        fc.property(fc.nat(isSigned ? digits * 0.8 - 1 : digits - 1), fc.boolean(), (whole, isNegative) => {
          const value = (isSigned && isNegative && whole > 0 ? -whole : whole) / 10 ** decimals;
          expect(decodeItem(encodeItem(value, ITEMS[id]), ITEMS[id])).toEqual({ kind: "value", value });
        }),
        { numRuns: 300 },
      );
    }
  });

  it("is a number of its digits or none at all, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ITEM_IDS), fc.uint8Array({ maxLength: 10 }), (id, payload) => {
        const read = decodeItem(payload, ITEMS[id]);
        if (read.kind !== "value") return;
        expect(payload.length).toBe(ITEMS[id].bytes + ITEMS[id].trailingBytes);
        const { bytes } = ITEMS[id];
        const back = encodeItem(read.value, ITEMS[id]).subarray(0, bytes);
        const digits = Buffer.from(payload.subarray(0, bytes));
        // Minus zero reads as zero; everything else goes back to the very same digits.
        if (read.value === 0) digits.writeUInt8(digits.readUInt8(bytes - 1) & 0x7f, bytes - 1);
        expect([...back]).toEqual([...digits]);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("the table of items", () => {
  it("asks for each data identifier once", () => {
    expect(new Set(ITEM_IDS.map((id) => ITEMS[id].identifier)).size).toBe(ITEM_IDS.length);
  });

  it("names points that rules can name", () => {
    for (const id of ITEM_IDS) expect(id).toMatch(/^[a-z][a-zA-Z0-9]*(\.[a-z0-9][a-zA-Z0-9]*)*$/);
  });
});
