import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { codecCases } from "../bench/codec-cases.ts";
import { LineSplitter, type LineForm } from "./line-splitter.ts";
import { encodeRelay, parseRelayState } from "./relay.ts";
import { AsciiThermometer, BinaryThermometer, encodeBinaryMeasurement } from "./thermometer.ts";

const seed = testSeed();
console.log(`sentinel codec fuzz from seed ${seed}`);
const runs = { numRuns: 10_000, seed };

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((some) => Buffer.from(some));
const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 30 });

function cut(stream: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return [...pieces, stream.subarray(at)];
}

describe("the line splitter", () => {
  const plain: LineForm = { maxLength: 10 };
  const wrapped: LineForm = { maxLength: 10, prefix: Buffer.of(0x02), suffix: Buffer.of(0x03) };
  const named: LineForm = { maxLength: 10, prefix: bytes("]Q1") };

  it.each<[string, LineForm, string, readonly string[]]>([
    ["lines by CR, LF and both", plain, "one\rtwo\nthree\r\nfour", ["one", "two", "three"]],
    ["no empty lines", plain, "\r\n\r\r\n\none\n\n", ["one"]],
    ["lines of the greatest length", plain, "0123456789\r", ["0123456789"]],
    ["no longer ones, and the next", plain, "0123456789a\rnext\r", ["next"]],
    ["no endless ones, and the next", plain, `${"x".repeat(5_000)}\rnext\r`, ["next"]],
    ["no line with other bytes in it, and the next", plain, "a\x00b\rc\xe4d\re\x1bf\rnext\r", ["next"]],
    ["what stands between prefix and suffix", wrapped, "\x02one\x03\r\x020123456789\x03\r", ["one", "0123456789"]],
    ["nothing without them", wrapped, "one\r\x02two\rthree\x03\r\x02\x03\r\x02\r", []],
    ["what stands behind a text prefix", named, "]Q1one\r]Q1\r]C1two\rthree\r", ["one"]],
    ["spaces as they are", plain, " a b \r", [" a b "]],
  ])("gives %s", (_, form, text, expected) => {
    expect(new LineSplitter(form).push(bytes(text))).toEqual(expected);
  });

  it("gives a line without an end when it is told that nothing more comes", () => {
    const splitter = new LineSplitter(plain);
    expect(splitter.push(bytes("one\rtw"))).toEqual(["one"]);
    expect(splitter.isEmpty).toBe(false);
    expect([splitter.push(bytes("o")), splitter.flush(), splitter.flush()]).toEqual([[], ["two"], []]);
    expect(splitter.isEmpty).toBe(true);
    splitter.push(bytes("x".repeat(11)));
    expect([splitter.flush(), splitter.push(bytes("y\r"))]).toEqual([[], ["y"]]);
  });

  it("gives the same lines however the stream is cut, all of them printable and short enough", () => {
    const text = fc.array(fc.constantFrom("a", "bc", "\r", "\n", "\x02", "\x03", "\x00", "0123456", "\xff"), {
      maxLength: 40,
    });
    const stream = fc.oneof(
      text.map((parts) => bytes(parts.join(""))),
      anyBytes(80),
    );
    fc.assert(
      fc.property(stream, cuts, fc.constantFrom(plain, wrapped, named), (some, lengths, form) => {
        const whole = new LineSplitter(form);
        const lines = [...whole.push(some), ...whole.flush()];
        const pieces = new LineSplitter(form);
        expect([...cut(some, lengths).flatMap((piece) => pieces.push(piece)), ...pieces.flush()]).toEqual(lines);
        for (const line of lines) expect(line).toMatch(/^[ -~]{1,10}$/);
        for (const line of lines) expect(some.includes(line, 0, "latin1")).toBe(true);
      }),
      runs,
    );
  });
});

describe("a thermometer that speaks text", () => {
  it.each<[string, readonly number[]]>([
    ["T=36.5\r\n", [36.5]],
    ["36.52C\r36.4\n", [36.52, 36.4]],
    ["TEMP: +36.5 C\r", [36.5]],
    ["t=-5.25\r", [-5.25]],
    [" T = 37.0 \r", [37]],
    ["6\r37\rT=37\rT=36.5.2\rT=36,5\rT=\rC\r36.5F\rHi\rT=3650\rT=1e2\rNaN\r", []],
    ["T=36.5", []],
  ])("reads %j", (text, expected) => {
    expect(new AsciiThermometer().push(bytes(text))).toEqual(expected);
  });

  it("does not take the end of a line for one, where it begins to listen in the middle", () => {
    const parser = new AsciiThermometer({ isMidLine: true });
    expect(["6.", "5\r\nT=3", "6.6\r\n", "36.7\r"].flatMap((piece) => parser.push(bytes(piece)))).toEqual([36.6, 36.7]);
  });

  it("gives numbers that stand in the text, however it is cut", () => {
    const text = fc.array(fc.constantFrom("T", "=", "36.5", "7", ".", "C", "\r", "\n", " ", "-", "x"), {
      maxLength: 40,
    });
    const stream = fc.oneof(
      text.map((parts) => bytes(parts.join(""))),
      anyBytes(60),
    );
    fc.assert(
      fc.property(stream, cuts, (some, lengths) => {
        const readings = new AsciiThermometer().push(some);
        const pieces = new AsciiThermometer();
        expect(cut(some, lengths).flatMap((piece) => pieces.push(piece))).toEqual(readings);
        for (const celsius of readings) expect(Math.abs(celsius)).toBeLessThan(1_000);
      }),
      runs,
    );
  });
});

describe("a thermometer that speaks frames", () => {
  it("is as computed by hand from the frame rule", () => {
    const frame = encodeBinaryMeasurement(36.52, 24.1);
    expect(frame.toString("hex")).toBe("5a5a45040e44096ac2");
    expect(new BinaryThermometer().push(frame)).toEqual([36.52]);
    expect(new BinaryThermometer().push(encodeBinaryMeasurement(-5.25, -1))).toEqual([-5.25]);
  });

  it("finds a frame that begins inside a broken one", () => {
    const whole = encodeBinaryMeasurement(36.5, 24);
    for (let length = 1; length < 9; length += 1) {
      expect(new BinaryThermometer().push(Buffer.concat([whole.subarray(0, length), whole]))).toEqual([36.5]);
    }
  });

  it("finds the same frames however the stream is cut, each with a right sum", () => {
    const hundredths = fc.integer({ min: -4_000, max: 12_000 });
    const frame = fc
      .tuple(hundredths, hundredths)
      .map(([object, ambient]) => encodeBinaryMeasurement(object / 100, ambient / 100));
    const piece = fc.oneof(
      frame,
      anyBytes(12),
      fc.constantFrom("5a", "5a5a", "5a5a4504", "5a5a45").map((hex) => Buffer.from(hex, "hex")),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), cuts, (pieces, lengths) => {
        const stream = Buffer.concat(pieces);
        const found = new BinaryThermometer().push(stream);
        const parser = new BinaryThermometer();
        expect(cut(stream, lengths).flatMap((some) => parser.push(some))).toEqual(found);
        for (const celsius of found) expect(isInStream(stream, celsius)).toBe(true);
      }),
      runs,
    );
  });

  it("takes nothing from a frame with one byte wrong, and finds the next", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2_000, max: 4_500 }),
        fc.nat(8),
        fc.integer({ min: 1, max: 255 }),
        (object, at, flip) => {
          const hurt = encodeBinaryMeasurement(object / 100, 24);
          hurt[at] = (hurt[at] ?? 0) ^ flip;
          const found = new BinaryThermometer().push(Buffer.concat([hurt, encodeBinaryMeasurement(36.61, 24)]));
          expect(found).toEqual([36.61]);
        },
      ),
      runs,
    );
  });
});

/** By the wire's own rule. */
function isInStream(stream: Buffer, celsius: number): boolean {
  const header = Buffer.from("5a5a4504", "hex");
  for (let at = stream.indexOf(header); at >= 0; at = stream.indexOf(header, at + 1)) {
    const frame = stream.subarray(at, at + 9);
    if (frame.length < 9) return false;
    const sum = frame.subarray(0, 8).reduce((total, byte) => (total + byte) & 0xff, 0);
    if (sum === frame[8] && frame.readInt16BE(4) / 100 === celsius) return true;
  }
  return false;
}

describe("a relay board", () => {
  it("is switched by the commands its makers print", () => {
    expect(encodeRelay(1, true).toString("hex")).toBe("a00101a2");
    expect(encodeRelay(1, false).toString("hex")).toBe("a00100a1");
    expect(encodeRelay(2, true).toString("hex")).toBe("a00201a3");
  });

  it.each<[string, number, boolean | undefined]>([
    ["CH1: ON \r\nCH2: OFF\r\n", 1, true],
    ["CH1: ON \r\nCH2: OFF\r\n", 2, false],
    ["CH1:OFF", 1, false],
    ["CH1: O", 1, undefined],
    ["CH2: ON", 1, undefined],
    ["CH1: ON CH1: OFF", 1, undefined],
    ["", 1, undefined],
  ])("that answers %j", (text, channel, expected) => {
    expect(parseRelayState(bytes(text), channel)).toBe(expected);
  });

  it("may answer anything", () => {
    fc.assert(
      fc.property(anyBytes(400), (answer) => {
        expect([true, false, undefined]).toContain(parseRelayState(answer, 1));
      }),
      runs,
    );
  });
});

describe("the bench's cases", () => {
  it.each(codecCases)("hold what they say: $name", (one) => {
    expect(one.parse(one.bytes)).toBe(one.frames);
  });
});
