import { describe, expect, it } from "vitest";

import { answerPdu, type DataModel, type Table } from "./pdu.ts";

/** Registers that hold their own address, bits that are set at odd addresses; nothing from 5000 on. */
class Addresses implements DataModel {
  readonly written: [Table, number, readonly number[]][] = [];

  read(table: Table, address: number, count: number) {
    if (address + count > 5_000) return { kind: "refused", exceptionCode: 2 } as const;
    const isBit = table === "coil" || table === "discrete-input";
    const words = Uint16Array.from({ length: count }, (_, index) => (isBit ? (address + index) & 1 : address + index));
    return { kind: "words", words } as const;
  }

  write(table: "coil" | "holding-register", address: number, words: readonly number[]): number | undefined {
    if (address === 666) return 4;
    this.written.push([table, address, words]);
    return undefined;
  }
}

const answer = (hex: string, model: DataModel = new Addresses()): string =>
  answerPdu(Buffer.from(hex, "hex"), model).toString("hex");

/** A request of function code, address and a field of 16 bits. */
const fields = (code: number, address: number, field: number): string => {
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(code, 0);
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(field, 3);
  return pdu.toString("hex");
};

/** A write of `count` coils or registers, all zero, with a byte count that may lie. */
const multiple = (code: 15 | 16, count: number, bytes = code === 15 ? Math.ceil(count / 8) : count * 2): string =>
  `${fields(code, 0, count)}${(bytes & 0xff).toString(16).padStart(2, "0")}${"00".repeat(bytes)}`;

describe("serving a request", () => {
  it.each([
    ["coils, low bit first", fields(1, 0, 10), "0102aa02"],
    ["discrete inputs", fields(2, 1, 3), "020105"],
    ["holding registers", fields(3, 258, 2), "030401020103"],
    ["input registers", fields(4, 0, 1), "04020000"],
    ["one coil on", fields(5, 3, 0xff00), "050003ff00"],
    ["one register", fields(6, 3, 0xbeef), "060003beef"],
    ["ten coils", "0f0013000a02cd01", "0f0013000a"],
    ["two registers", "100001000204000a0102", "1000010002"],
  ])("%s", (_, request, expected) => {
    expect(answer(request)).toBe(expected);
  });

  it("hands the model what was written, in order", () => {
    const model = new Addresses();
    answer("0f0013000a02cd01", model);
    answer("100001000204000a0102", model);
    answer(fields(5, 7, 0), model);
    expect(model.written).toEqual([
      ["coil", 0x13, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0]],
      ["holding-register", 1, [10, 258]],
      ["coil", 7, [0]],
    ]);
  });

  it.each([
    ["125 registers are given, 126 refused", fields(3, 0, 125), 2 + 250, fields(3, 0, 126), "8303"],
    ["2000 bits are given, 2001 refused", fields(1, 0, 2_000), 2 + 250, fields(1, 0, 2_001), "8103"],
    ["123 registers are taken, 124 refused", multiple(16, 123), 5, multiple(16, 124), "9003"],
    ["1968 coils are taken, 1969 refused", multiple(15, 1_968), 5, multiple(15, 1_969), "8f03"],
  ] as const)("%s", (...[, largest, length, tooLarge, refusal]) => {
    expect(answer(largest).length / 2).toBe(length);
    expect(answer(tooLarge)).toBe(refusal);
  });

  it.each([
    ["none asked for", fields(3, 0, 0), "8303"],
    ["an address the model has not", fields(4, 4_999, 2), "8402"],
    ["past the last address there can be", fields(3, 0xffff, 2), "8302"],
    ["a coil that is neither on nor off", fields(5, 0, 1), "8503"],
    ["a byte count that lies", multiple(16, 2, 2), "9003"],
    ["a write the model refuses", fields(6, 666, 1), "8604"],
    ["a function nobody serves", "2b0e0100", "ab01"],
    ["too short", "03", "8303"],
    ["too long", `${fields(3, 0, 1)}00`, "8303"],
    ["nothing", "", "8001"],
  ])("refuses %s", (_, request, refusal) => {
    expect(answer(request)).toBe(refusal);
  });

  it("answers any bytes at all", () => {
    const seed = Date.now() & 0xffff;
    for (let round = 0, mix = seed; round < 5_000; round += 1) {
      const bytes = Buffer.alloc(round % 40);
      for (let index = 0; index < bytes.length; index += 1) {
        mix = (Math.imul(mix, 1_103_515_245) + 12_345) >>> 0;
        bytes[index] = index === 0 ? (mix >>> 16) % 20 : mix >>> 16;
      }
      expect(answerPdu(bytes, new Addresses()).length, `seed ${seed}, ${bytes.toString("hex")}`).toBeGreaterThan(1);
    }
  });
});
