import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../testing/random.ts";
import { codecCases } from "./bench/codec-cases.ts";
import { crcHj212, encodeFrame, FrameParser, MAX_SEGMENT_BYTES } from "./codec.ts";

/** The worked example of HJ 212-2017, appendix A. */
const SEGMENT = "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
const FRAME = `##0101${SEGMENT}1C80\r\n`;
/** An answer in the field's own words: its CRC was not computed here. */
const ANSWER = "##0075QN=20260706103512345;ST=91;CN=9014;PW=123456;MN=A110000_0001;Flag=8;CP=&&&&0140\r\n";

function found(...pieces: readonly (string | Buffer)[]): readonly string[] {
  const parser = new FrameParser();
  return pieces.flatMap((piece) => parser.push(Buffer.from(piece)).map((segment) => segment.toString("latin1")));
}

/** Cuts bytes where the numbers say. */
function chunks(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe("frames", () => {
  it("follow the standard's own example, there and back", () => {
    expect(crcHj212(Buffer.from(SEGMENT)).toString(16)).toBe("1c80");
    expect(found(FRAME)).toEqual([SEGMENT]);
    expect(encodeFrame(SEGMENT).toString()).toBe(FRAME);
    expect(found(ANSWER)).toHaveLength(1);
  });

  it.each([
    ["a CRC in lower case", FRAME.replace("1C80", "1c80")],
    ["no CR and LF", FRAME.trim()],
    ["LF alone", FRAME.replace("\r", "")],
    ["noise before", `\0\xff#1##12x${FRAME}`],
    ["a third #", `#${FRAME}`],
    ["a frame cut short before", FRAME.slice(0, 40) + FRAME],
    ["a length that is far too long before", `##9999${SEGMENT}1C80\r\n${FRAME}`],
    ["an answer to nothing in front", `\r\n\r\n${FRAME}`],
  ])("are found with %s", (_, text) => {
    expect(found(Buffer.from(text, "latin1"))).toContain(SEGMENT);
  });

  it.each([
    ["a wrong CRC", FRAME.replace("1C80", "1C81")],
    ["CRC-16/MODBUS", FRAME.replace("1C80", "0759")],
    ["a CRC of other characters", FRAME.replace("1C80", "1C8G")],
    ["a wrong length", FRAME.replace("0101", "0100")],
    ["a changed byte", FRAME.replace("RtdInterval=30", "RtdInterval=31")],
    ["one # only", FRAME.slice(1)],
  ])("are none with %s", (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it("are found one after another whatever stands between, however they are cut", () => {
    const stream = Buffer.from(`${FRAME}${FRAME}garbage##${ANSWER}##0101short${FRAME}`);
    const whole = found(stream);
    expect(whole).toHaveLength(4);
    const parser = new FrameParser();
    const single = [...stream].flatMap((byte) =>
      parser.push(Uint8Array.of(byte)).map((segment) => segment.toString("latin1")),
    );
    expect(single).toEqual(whole);
  });

  it("can be as long as four digits say, and not longer", () => {
    const longest = "x".repeat(MAX_SEGMENT_BYTES);
    expect(found(encodeFrame(longest), FRAME)).toEqual([longest, SEGMENT]);
    expect(() => encodeFrame(`${longest}x`)).toThrow(expect.objectContaining({ code: "hj212/bad-frame" }));
    expect(found(encodeFrame(""))).toEqual([""]);
  });

  it("are told from noise, which is counted", () => {
    const parser = new FrameParser();
    parser.push(Buffer.from(`noise${FRAME}`));
    expect(parser.skippedBytes).toBe(5);
    for (let time = 0; time < 3; time += 1) parser.push(Buffer.from(FRAME.replace("1C80", "1C81")));
    expect(parser.badFramesInARow).toBe(3);
    parser.push(Buffer.from(FRAME));
    expect(parser.badFramesInARow).toBe(0);
  });

  it("are all found in the bench's stream", () => {
    for (const one of codecCases) expect(one.parse(one.bytes)).toBe(one.frames);
  });
});

const text = fc.stringMatching(/^[ -"$-~]{0,300}$/);
const anyStream = fc
  .array(
    fc.oneof(
      text.map((one) => encodeFrame(one)),
      fc.uint8Array({ maxLength: 60 }).map((one) => Buffer.from(one)),
      fc.tuple(text, fc.nat()).map(([one, at]) => encodeFrame(one).subarray(0, at % 300)),
      fc.tuple(text, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([one, at, flip]) => {
        const frame = encodeFrame(one);
        frame[at % frame.length] = (frame[at % frame.length] ?? 0) ^ flip;
        return frame;
      }),
      fc.constantFrom("##", "#", "##0", "##0012", "\r\n##", "0000").map((one) => Buffer.from(one)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces));
const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 12 });
const runs = { numRuns: 10_000, seed: testSeed() };
console.log(`HJ 212 frames from seed ${runs.seed}`);

describe("any bytes", () => {
  it("are cut anywhere and give the same frames, each with its CRC right", () => {
    fc.assert(
      fc.property(anyStream, cuts, (stream, at) => {
        const whole = found(stream);
        expect(found(...chunks(stream, at))).toEqual(whole);
        for (const segment of whole) expect(isSoundIn(stream, segment)).toBe(true);
      }),
      runs,
    );
  });

  it("do not hide the frames after them for longer than the frame they seem to begin", () => {
    fc.assert(
      fc.property(anyStream, text, (stream, last) => {
        const after = Buffer.concat([stream, Buffer.from("\r\n"), encodeFrame(last)]);
        // Whatever a cut frame's length promises, this is enough to see that it does not come.
        const filler = Buffer.alloc(MAX_SEGMENT_BYTES + 16, " ");
        expect(found(after, filler)).toContain(last);
      }),
      { ...runs, numRuns: 2_000 },
    );
  });
});

/** Whether the segment stands in the stream with its length and its CRC, which is computed bit by bit here. */
function isSoundIn(stream: Buffer, segment: string): boolean {
  const bytes = Buffer.from(segment, "latin1");
  let crc = 0xffff;
  for (const byte of bytes) {
    crc = (crc >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  const frame = `##${String(bytes.length).padStart(4, "0")}${segment}${crc.toString(16).padStart(4, "0")}`;
  return stream.toString("latin1").toLowerCase().includes(frame.toLowerCase());
}
