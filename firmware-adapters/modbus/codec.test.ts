import { describe, expect, it } from "vitest";

import { answerLength, checkWritten, decodeRead, encodeRead, encodeWrite } from "./codec.ts";
import { encodeFrame, findFrame } from "./session/rtu-frame.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("requests and answers", () => {
  // The examples of MODBUS Application Protocol V1.1b3, sections 6.1 to 6.6.
  it("follow the specification's own examples", () => {
    expect(encodeRead({ table: "holding-register", address: 107, count: 3 })).toEqual(hex("03 006b 0003"));
    const registers = decodeRead(hex("03 06 022b 0000 0064"), { table: "holding-register", address: 107, count: 3 });
    expect([...registers]).toEqual([555, 0, 100]);
    expect(encodeRead({ table: "coil", address: 19, count: 19 })).toEqual(hex("01 0013 0013"));
    const coils = decodeRead(hex("01 03 cd 6b 05"), { table: "coil", address: 19, count: 19 });
    expect([...coils].join("")).toBe("1011001111010110101");
    expect(encodeWrite({ kind: "coil", address: 172, value: true })).toEqual(hex("05 00ac ff00"));
    expect(encodeWrite({ kind: "registers", address: 1, words: [3] })).toEqual(hex("06 0001 0003"));
    expect(encodeWrite({ kind: "registers", address: 1, words: [10, 258] })).toEqual(hex("10 0001 0002 04 000a 0102"));
  });

  it("ask for the most registers and bits the protocol allows, and not for one more", () => {
    expect(encodeRead({ table: "input-register", address: 0, count: 125 })).toHaveLength(5);
    expect(encodeRead({ table: "coil", address: 0, count: 2_000 })).toHaveLength(5);
    expect(() => encodeRead({ table: "input-register", address: 0, count: 126 })).toThrow("count");
    expect(() => encodeRead({ table: "coil", address: 0, count: 2_001 })).toThrow("count");
    expect(() => encodeRead({ table: "coil", address: 0, count: 0 })).toThrow("count");
  });

  it("turn a refusal into an exception error that keeps the code", () => {
    const request = { table: "holding-register", address: 0, count: 1 } as const;
    expect(() => decodeRead(hex("83 02"), request)).toThrow(
      expect.objectContaining({ code: "modbus/exception", exceptionCode: 2 }),
    );
    expect(() => checkWritten(hex("85 04"), { kind: "coil", address: 0, value: true })).toThrow(
      expect.objectContaining({ code: "modbus/exception", exceptionCode: 4 }),
    );
  });

  it.each([
    ["another function code", "04 02 0001"],
    ["a byte count that is not what was asked", "03 04 0001 0002"],
    ["a byte count larger than the answer", "03 04 0001"],
    ["nothing behind the function code", "03"],
    ["another function's refusal", "84 02"],
    ["no byte at all", ""],
  ])("make a bad frame of %s", (_, answer) => {
    expect(() => decodeRead(hex(answer), { table: "holding-register", address: 0, count: 1 })).toThrow(
      expect.objectContaining({ code: "modbus/bad-frame" }),
    );
  });

  it.each([
    ["another address", "06 0002 0003"],
    ["another value", "06 0001 0004"],
    ["too few bytes", "06 0001"],
  ])("make a bad frame of a write's echo with %s", (_, answer) => {
    expect(() => checkWritten(hex(answer), { kind: "registers", address: 1, words: [3] })).toThrow(
      expect.objectContaining({ code: "modbus/bad-frame" }),
    );
  });

  it.each<[string, number | undefined]>([
    ["", undefined],
    ["03", undefined],
    ["03 06", 8],
    ["01 01", 3],
    ["83", 2],
    ["90", 2],
    ["05", 5],
    ["10", 5],
    ["00", 0],
    ["2b", 0],
    ["91", 0],
  ])("tell from %j how long an answer is: %j", (bytes, length) => {
    expect(answerLength(hex(bytes))).toBe(length);
  });
});

describe("frames on a serial line", () => {
  const frame = encodeFrame(1, hex("03 02 1234"));

  it("carry the CRC low byte first", () => {
    expect(encodeFrame(1, hex("03 0000 0001"))).toEqual(hex("01 03 0000 0001 840a"));
  });

  it("are found whole, and no sooner", () => {
    for (let length = 0; length < frame.length; length += 1) {
      expect(findFrame(frame.subarray(0, length), 1)).toBeUndefined();
    }
    expect(findFrame(frame, 1)).toEqual({ pdu: hex("03 02 1234"), rest: Buffer.alloc(0) });
  });

  it.each([
    ["noise of a converter that turns round", hex("00 ff")],
    ["another unit's frame", encodeFrame(2, hex("03 02 9999"))],
    ["a broken frame", hex("01 03 02 9999 0000")],
    ["the echo of our own request", encodeFrame(1, hex("03 0000 0001"))],
  ])("are found behind %s", (_, before) => {
    const found = findFrame(Buffer.concat([before, frame, hex("77")]), 1);
    expect(found).toEqual({ pdu: hex("03 02 1234"), rest: hex("77") });
  });

  it("are not found with one bit wrong, wherever it is", () => {
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const broken = Buffer.from(frame);
      broken.writeUInt8(broken.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(findFrame(broken, 1)).toBeUndefined();
    }
  });
});
