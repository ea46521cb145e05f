import { crc16Modbus } from "@outpost/kernel/crc16.ts";
import { describe, expect, it } from "vitest";

import type { Request } from "./framing.ts";
import { MbapFraming } from "./mbap-framing.ts";
import { RtuFraming } from "./rtu-framing.ts";

const READ_LEVEL = Buffer.from("0400000001", "hex");
const WRITE_TWO = Buffer.from("10000000020407d003e8", "hex");

const rtu = (unitId: number, pdu: Buffer): Buffer => new RtuFraming().encode({ transactionId: 0, unitId, pdu });
const mbap = (transactionId: number, unitId: number, pdu: Buffer): Buffer =>
  new MbapFraming().encode({ transactionId, unitId, pdu });

function pdus(requests: readonly Request[] | "lost"): string[] | "lost" {
  return requests === "lost" ? "lost" : requests.map((request) => `${request.unitId}:${request.pdu.toString("hex")}`);
}

describe("RTU framing", () => {
  it("frames as the specification's example: unit, PDU, CRC low byte first", () => {
    expect(rtu(2, Buffer.from("07", "hex")).toString("hex")).toBe("02074112");
  });

  it("finds requests split at every byte", () => {
    const stream = Buffer.concat([rtu(1, READ_LEVEL), rtu(1, WRITE_TWO)]);
    const framing = new RtuFraming();
    const found = Array.from(stream, (byte) => pdus(framing.push(Buffer.from([byte])))).flat();
    expect(found).toEqual([`1:${READ_LEVEL.toString("hex")}`, `1:${WRITE_TWO.toString("hex")}`]);
  });

  it("finds a request behind garbage and behind the answer of another unit", () => {
    const framing = new RtuFraming();
    const foreign = rtu(9, Buffer.from("0304000a000b", "hex"));
    const found = framing.push(Buffer.concat([Buffer.from("00ff1003", "hex"), foreign, rtu(1, READ_LEVEL)]));
    expect(pdus(found)).toEqual([`1:${READ_LEVEL.toString("hex")}`]);
  });

  it("takes no request with a wrong CRC", () => {
    const broken = rtu(1, READ_LEVEL);
    broken[3] = 7;
    const framing = new RtuFraming();
    expect(framing.push(broken)).toEqual([]);
    expect(framing.endOfSilence()).toEqual([]);
  });

  it("forgets half a request when the line falls silent", () => {
    const framing = new RtuFraming();
    framing.push(rtu(1, READ_LEVEL).subarray(0, 5));
    framing.endOfSilence();
    expect(framing.push(rtu(1, READ_LEVEL).subarray(5))).toEqual([]);
  });

  it("takes an unknown function code at the end of silence, but never an answer or an exception", () => {
    const framing = new RtuFraming();
    const atSilence = (pdu: string): string[] | "lost" => {
      expect(framing.push(rtu(1, Buffer.from(pdu, "hex")))).toEqual([]);
      return pdus(framing.endOfSilence());
    };
    expect(atSilence("2b0e0100")).toEqual(["1:2b0e0100"]);
    expect(atSilence("0304000a000b")).toEqual([]);
    expect(atSilence("8302")).toEqual([]);
  });

  it("holds no more than the longest frame, whatever comes, and still finds the next request", () => {
    const framing = new RtuFraming();
    for (let round = 0; round < 50; round += 1) expect(framing.push(Buffer.alloc(1_000, 0x55))).toEqual([]);
    expect(pdus(framing.push(rtu(1, READ_LEVEL)))).toEqual([`1:${READ_LEVEL.toString("hex")}`]);
  });
});

describe("Modbus TCP framing", () => {
  it("finds requests split at every byte, with their transaction ids", () => {
    const stream = Buffer.concat([mbap(1, 1, READ_LEVEL), mbap(0xffff, 255, WRITE_TWO)]);
    const framing = new MbapFraming();
    const found = Array.from(stream, (byte) => framing.push(Buffer.from([byte]))).flat();
    expect(found).toEqual([
      { transactionId: 1, unitId: 1, pdu: READ_LEVEL },
      { transactionId: 0xffff, unitId: 255, pdu: WRITE_TWO },
    ]);
  });

  it.each([
    ["another protocol", "000100010006010400000001"],
    ["a length below two", "0001000000010104"],
    ["a length above 254", "0001000000ff01"],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n").toString("hex")],
  ])("gives the stream up at %s", (_, bytes) => {
    expect(new MbapFraming().push(Buffer.from(bytes, "hex"))).toBe("lost");
  });

  it("waits for the rest through any silence", () => {
    const framing = new MbapFraming();
    framing.push(mbap(7, 1, READ_LEVEL).subarray(0, 9));
    expect(framing.endOfSilence()).toEqual([]);
    expect(pdus(framing.push(mbap(7, 1, READ_LEVEL).subarray(9)))).toEqual([`1:${READ_LEVEL.toString("hex")}`]);
  });
});

it("the CRC of the specification's example is 0x1241", () => {
  expect(crc16Modbus(Buffer.from("0207", "hex"))).toBe(0x1241);
});
