import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../testing/random.ts";
import { codecCases } from "./bench/codec-cases.ts";
import { encodeFrame, FrameParser, MAX_TEXT_BYTES, type Frame } from "./codec.ts";

/** A published keep-alive: centre 1, station 0012345678, password 1234, serial 3, 2059-10-11 15:51:11. */
const KEEP_ALIVE = "7E7E01001234567812342F0008020003591011155111036BCA";

const keepAlive: Frame = {
  direction: "up",
  centre: 1,
  station: "0012345678",
  password: "1234",
  function: 0x2f,
  part: undefined,
  body: Buffer.from("0003591011155111", "hex"),
  end: "etx",
};

function found(...pieces: readonly Buffer[]): readonly Frame[] {
  const parser = new FrameParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");

describe("frames", () => {
  it("follow the published example, there and back", () => {
    expect(found(hex(KEEP_ALIVE))).toEqual([keepAlive]);
    expect(encodeFrame(keepAlive).toString("hex").toUpperCase()).toBe(KEEP_ALIVE);
  });

  it("go down with the station first, and the direction in the length", () => {
    const down: Frame = { ...keepAlive, direction: "down", end: "eot" };
    const bytes = encodeFrame(down);
    expect(bytes.subarray(0, 13).toString("hex")).toBe("7e7e00123456780112342f8008");
    expect(found(bytes)).toEqual([down]);
  });

  it("carry the number of their packet", () => {
    const packet: Frame = { ...keepAlive, part: { count: 4_095, no: 258 }, end: "etb" };
    const bytes = encodeFrame(packet);
    expect(bytes.subarray(11, 17).toString("hex")).toBe("000b16fff102");
    expect(found(bytes)).toEqual([packet]);
  });

  it.each(["etx", "eot", "enq", "ack", "nak", "etb", "esc"] as const)("can end with %s", (end) => {
    expect(found(encodeFrame({ ...keepAlive, end }))).toEqual([{ ...keepAlive, end }]);
  });

  it("can have a text of 4095 bytes, and not one more", () => {
    const body = Buffer.alloc(MAX_TEXT_BYTES, 0x7e);
    expect(found(encodeFrame({ ...keepAlive, body }), hex(KEEP_ALIVE))).toEqual([{ ...keepAlive, body }, keepAlive]);
    const longer = { ...keepAlive, body: Buffer.alloc(MAX_TEXT_BYTES + 1) };
    expect(() => encodeFrame(longer)).toThrow(expect.objectContaining({ code: "sl651/bad-frame" }));
    const packet = { ...keepAlive, body, part: { count: 2, no: 1 } };
    expect(() => encodeFrame(packet)).toThrow("4098 bytes");
    expect(found(encodeFrame({ ...keepAlive, body: Buffer.alloc(0) }))).toHaveLength(1);
  });

  it.each([
    ["a station of nine digits", { station: "001234567" }],
    ["a station of other characters", { station: "00123456zz" }],
    ["a password of five digits", { password: "12345" }],
  ])("cannot be written with %s", (_, wrong) => {
    expect(() => encodeFrame({ ...keepAlive, ...wrong })).toThrow(expect.objectContaining({ code: "sl651/bad-frame" }));
  });

  it.each([
    ["a wrong CRC", KEEP_ALIVE.replace("6BCA", "6BCB")],
    ["the CRC's bytes the Modbus way round", KEEP_ALIVE.replace("6BCA", "CA6B")],
    ["a changed byte", KEEP_ALIVE.replace("1234567", "1234568")],
    ["another length", KEEP_ALIVE.replace("0008", "0007")],
    ["an end that is none", KEEP_ALIVE.replace("11036B", "11996B")],
    ["one 7E only", KEEP_ALIVE.slice(2)],
  ])("are none with %s", (_, text) => {
    expect(found(hex(text))).toEqual([]);
  });

  it.each([
    ["noise", `00FF7E${KEEP_ALIVE}`],
    ["a third 7E", `7E${KEEP_ALIVE}`],
    ["half a frame", `${KEEP_ALIVE.slice(0, 30)}${KEEP_ALIVE}`],
    ["a spoiled frame", `${KEEP_ALIVE.replace("6BCA", "0000")}${KEEP_ALIVE}`],
  ])("are found behind %s", (_, text) => {
    expect(found(hex(text))).toContainEqual(keepAlive);
  });

  it("are all found in the bench's streams", () => {
    for (const one of codecCases) expect(one.parse(one.bytes)).toBe(one.frames);
  });
});

const digit = fc.constantFrom(..."0123456789ABCDEF".split(""));
const frame: fc.Arbitrary<Frame> = fc.record({
  direction: fc.constantFrom("up", "down"),
  centre: fc.integer({ min: 0, max: 255 }),
  station: fc.string({ unit: digit, minLength: 10, maxLength: 10 }),
  password: fc.string({ unit: digit, minLength: 4, maxLength: 4 }),
  function: fc.integer({ min: 0, max: 255 }),
  part: fc.option(fc.record({ count: fc.nat(4_095), no: fc.nat(4_095) }), { nil: undefined }),
  body: fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes)),
  end: fc.constantFrom("etx", "eot", "enq", "ack", "nak", "etb", "esc"),
});
const anyStream = fc
  .array(
    fc.oneof(
      frame.map(encodeFrame),
      fc.uint8Array({ maxLength: 60 }).map((one) => Buffer.from(one)),
      fc.tuple(frame, fc.nat(150)).map(([one, at]) => encodeFrame(one).subarray(0, at)),
      fc.tuple(frame, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([one, at, flip]) => {
        const bytes = encodeFrame(one);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
        return bytes;
      }),
      fc.constantFrom("7E", "7E7E", "7E7E7E", "7E7E01").map(hex),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces));
const cuts = fc.array(fc.nat({ max: 1_500 }), { maxLength: 12 });
const runs = { numRuns: 10_000, seed: testSeed() };
console.log(`SL 651 frames from seed ${runs.seed}`);

describe("any bytes", () => {
  it("any frame is read as it was written", () => {
    fc.assert(
      fc.property(frame, (one) => {
        expect(found(encodeFrame(one))).toEqual([one]);
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  it("are cut anywhere and give the same frames, each standing in the stream byte for byte", () => {
    fc.assert(
      fc.property(anyStream, cuts, (stream, at) => {
        const whole = found(stream);
        const where = [0, ...at.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b);
        expect(found(...where.slice(1).map((end, index) => stream.subarray(where[index], end)))).toEqual(whole);
        for (const one of whole) expect(stream.includes(encodeFrame(one))).toBe(true);
      }),
      runs,
    );
  });

  it("do not hide the frame after them for longer than a frame can be", () => {
    fc.assert(
      fc.property(anyStream, frame, (stream, last) => {
        expect(found(stream, encodeFrame(last), Buffer.alloc(MAX_TEXT_BYTES + 32))).toContainEqual(last);
      }),
      { ...runs, numRuns: 1_000 },
    );
  });
});
