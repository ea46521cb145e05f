import { crc16Modbus } from "@outpost/kernel/crc16.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../../testing/random.ts";
import { encodeRead } from "../../codec.ts";
import { encodeFrame } from "../../session/rtu-frame.ts";
import { decodeIdentify, encodeIdentify, identifyLength } from "../identification.ts";
import { hearAnswers, type Heard } from "./answers.ts";
import { judge, NO_TALLY, tallied } from "./findings.ts";

const request = encodeFrame(7, encodeRead({ table: "holding-register", address: 0, count: 1 }));
const data = encodeFrame(7, Buffer.of(3, 2, 0x12, 0x34));
const refusal = encodeFrame(7, Buffer.of(0x83, 2));
const late = encodeFrame(6, Buffer.of(3, 2, 0, 0));
const noise = Buffer.of(0, 0xff);
const broken = Buffer.from(data.map((byte, index) => (index === 3 ? byte ^ 1 : byte)));

const seed = testSeed();
console.log(`scan fuzz from seed ${seed}`);

function heard(...parts: readonly Buffer[]): Heard {
  return hearAnswers(Buffer.concat(parts), request);
}

describe("what is heard on a line", () => {
  it.each([
    ["nothing", [], [], 0, false],
    ["an answer", [data], [7], 0, false],
    ["a refusal", [refusal], [7], 0, false],
    ["two answers", [data, refusal], [7, 7], 0, false],
    ["the late answer of another unit, and this one's", [late, data], [6, 7], 0, false],
    ["noise before and behind", [noise, data, noise], [7], 4, false],
    ["an echo", [request], [], 0, true],
    ["an echo and an answer", [request, data], [7], 0, true],
    ["a broken answer", [broken], [], data.length, false],
    ["half an answer", [data.subarray(0, 4)], [], 4, false],
    ["an answer to something else", [encodeFrame(7, Buffer.of(4, 2, 0, 0))], [], 7, false],
    ["a unit id that is none", [encodeFrame(248, Buffer.of(3, 2, 0, 0))], [], 7, false],
  ] as const)("is %s", (_, parts, units, strayBytes, isEchoed) => {
    const found = heard(...parts);
    expect(found.frames.map(({ unitId }) => unitId)).toEqual(units);
    expect(found).toMatchObject({ strayBytes, isEchoed });
  });

  it("is never a frame whose CRC is wrong, whatever came", () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(data, refusal, late, broken, request),
      fc.tuple(fc.constantFrom(data, late), fc.nat(6), fc.nat(255)).map(([frame, at, byte]) => {
        const changed = Buffer.from(frame);
        changed[at % changed.length] = byte;
        return changed;
      }),
    );
    const identify = encodeFrame(7, encodeIdentify());
    const property = fc.property(fc.array(chunk, { maxLength: 6 }), fc.boolean(), (chunks, isIdentify) => {
      const bytes = Buffer.concat(chunks);
      const { frames, strayBytes, isEchoed } = hearAnswers(bytes, isIdentify ? identify : request);
      const framed = frames.reduce((sum, { pdu }) => sum + pdu.length + 3, 0);
      const isWhole = framed + strayBytes + (isEchoed ? (isIdentify ? identify : request).length : 0) === bytes.length;
      const areGood = frames.every(({ unitId, pdu }) => {
        const frame = encodeFrame(unitId, pdu);
        return bytes.includes(frame) && crc16Modbus(frame) === 0;
      });
      return isWhole && areGood;
    });
    fc.assert(property, { numRuns: 10_000, seed });
  });
});

describe("the judgement of a unit id", () => {
  it.each([
    ["who was never heard", { asked: 1 }, true, "silent"],
    ["who answers", { answers: 3 }, true, "there"],
    ["who answers, with one spark on the line", { answers: 2, garbled: 1 }, true, "there"],
    ["who answers once and is garbled else", { answers: 1, garbled: 2 }, true, "suspected-duplicate"],
    ["who answers twice to one request", { answers: 4, doubled: 1 }, true, "suspected-duplicate"],
    ["of whom one spark was heard", { garbled: 1 }, true, "silent"],
    ["who is garbled on a line that is good", { garbled: 3 }, true, "suspected-duplicate"],
    ["who is garbled where nobody is understood", { garbled: 3 }, false, "garbled"],
  ] as const)("%s", (_, given, isLineGood, judgement) => {
    expect(judge({ ...NO_TALLY, asked: 3, ...given }, isLineGood)).toBe(judgement);
  });

  it("counts what was heard", () => {
    let counted = tallied(NO_TALLY, 7, heard(data));
    counted = tallied(counted, 7, heard(refusal, data));
    counted = tallied(counted, 7, heard(broken));
    counted = tallied(counted, 7, heard(refusal));
    counted = tallied(counted, 7, heard());
    expect(counted).toEqual({ asked: 5, answers: 4, doubled: 1, garbled: 1, exceptionCode: 2 });
    expect(tallied(NO_TALLY, 7, heard(late))).toEqual({ ...NO_TALLY, asked: 1 });
  });
});

describe("device identification", () => {
  // MODBUS Application Protocol V1.1b3, section 6.21, the example: "Company identification" and "Product code XX".
  const example = Buffer.concat([
    Buffer.from("2b0e0101000003", "hex"),
    Buffer.concat([Buffer.of(0, 22), Buffer.from("Company identification")]),
    Buffer.concat([Buffer.of(1, 15), Buffer.from("Product code XX")]),
    Buffer.concat([Buffer.of(2, 5), Buffer.from("V2.11")]),
  ]);

  it("asks as the specification's example does", () => {
    expect(encodeIdentify().toString("hex")).toBe("2b0e0100");
    expect(encodeIdentify(2).toString("hex")).toBe("2b0e0102");
  });

  it("reads the specification's example", () => {
    expect(identifyLength(example)).toBe(example.length);
    expect(decodeIdentify(example)).toEqual({
      found: { vendor: "Company identification", product: "Product code XX", revision: "V2.11" },
      nextObject: undefined,
    });
  });

  it("says which object to ask for where there are more", () => {
    const first = Buffer.concat([Buffer.from("2b0e0101ff0101", "hex"), Buffer.of(0, 3), Buffer.from("ABB")]);
    expect(decodeIdentify(first)).toEqual({ found: { vendor: "ABB" }, nextObject: 1 });
    const endless = Buffer.concat([Buffer.from("2b0e0101ff0001", "hex"), Buffer.of(0, 3), Buffer.from("ABB")]);
    expect(decodeIdentify(endless)?.nextObject).toBeUndefined();
  });

  it("lets nothing through to a terminal but what can be printed, and not too much of it", () => {
    const wild = Buffer.from("\u001b[2J\r\nABB\u0000".padEnd(120, "x"), "latin1");
    const pdu = Buffer.concat([Buffer.from("2b0e0101000001", "hex"), Buffer.of(0, wild.length), wild]);
    const vendor = decodeIdentify(pdu)?.found.vendor ?? "";
    expect(vendor).toMatch(/^\[2J {2}ABB x+$/);
    expect(vendor.length).toBe(80);
  });

  it.each([
    ["an answer cut short", example.subarray(0, -1)],
    ["an answer that goes on", Buffer.concat([example, Buffer.of(0)])],
    ["a refusal", Buffer.of(0xab, 1)],
    ["another MEI type", Buffer.from("2b0d010100000000", "hex")],
    ["nothing", Buffer.alloc(0)],
  ])("is none in %s", (_, pdu) => {
    expect(decodeIdentify(pdu)).toBeUndefined();
  });

  it("does no harm, whatever comes", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.nat(example.length - 1), fc.nat(255)).map(([at, byte]) => {
        const changed = Buffer.from(example);
        changed[at] = byte;
        return changed;
      }),
      fc.nat(example.length).map((length) => example.subarray(0, length)),
    );
    const property = fc.property(bytes, (some) => {
      const decoded = decodeIdentify(Buffer.from(some));
      if (decoded === undefined) return true;
      const texts = Object.values(decoded.found);
      return texts.every((text) => /^[\x20-\x7e]{1,80}$/.test(text)) && (decoded.nextObject ?? 1) > 0;
    });
    fc.assert(property, { numRuns: 10_000, seed });
  });
});
