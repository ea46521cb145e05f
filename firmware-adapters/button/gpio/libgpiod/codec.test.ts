import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../../testing/random.ts";
import { chipLabelled, GpiomonParser, lineNamed, parseLevels, parseVersion, type Printed } from "./codec.ts";

const NUM_RUNS = 10_000;
const seed = testSeed();
console.log(`gpiomon parser: fuzz from seed ${seed}`);

function parse(version: 1 | 2, pieces: readonly (string | Uint8Array)[]): readonly Printed[] {
  const parser = new GpiomonParser(version);
  return pieces.flatMap((piece) => parser.feed(Buffer.from(piece)));
}

function cutAt(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

function edges(pieces: readonly (string | Uint8Array)[]): readonly Printed[] {
  return parse(1, pieces).filter((one) => one.kind === "edge");
}

/** A line as the real tool prints it, and what it means. */
const line = (version: 1 | 2): fc.Arbitrary<readonly [string, Printed]> =>
  fc
    .record({
      level: fc.constantFrom(0 as const, 1 as const),
      offset: fc.nat(9_999),
      seconds: fc.nat(4_000_000_000),
      nanoseconds: fc.nat(999_999_999),
    })
    .map(({ level, offset, seconds, nanoseconds }) => [
      version === 1
        ? `${level} ${offset} ${seconds} ${nanoseconds}`
        : `${level === 1 ? 1 : 2} ${offset} ${seconds}.${String(nanoseconds).padStart(9, "0")}`,
      { kind: "edge", offset, level },
    ]);

describe("what gpiomon prints", () => {
  it("is read with version 1's numbers and with version 2's", () => {
    expect(parse(1, ["1 17 1234 5\n0 17 1234 60000000\n"])).toEqual([
      { kind: "edge", offset: 17, level: 1 },
      { kind: "edge", offset: 17, level: 0 },
    ]);
    expect(parse(2, ["1 4 1234.000000005\n2 4 1234.060000000\n"])).toEqual([
      { kind: "edge", offset: 4, level: 1 },
      { kind: "edge", offset: 4, level: 0 },
    ]);
  });

  it.each([
    ["the other version's edge", 1, "2 17 1234 5"],
    ["the other version's time", 1, "1 17 1234.000000005"],
    ["an edge that is none", 2, "0 17 1234.000000005"],
    ["half a line", 1, "1 17"],
    ["two lines in one", 1, "1 17 1234 51 17 1234 9"],
    ["the human format of version 1", 1, "event:  RISING EDGE offset: 17 timestamp: [    1234.567890123]"],
    ["an empty line", 1, ""],
    ["a line with a carriage return", 2, "1 17 1234.5\r"],
    ["a number too long", 1, "1 99999 1 1"],
  ] as const)("is garbage where it is %s", (_, version, text) => {
    expect(parse(version, [`${text}\n`])).toEqual([{ kind: "garbage", text }]);
  });

  it("is told as garbage once where a line has no end, and read on after it", () => {
    const printed = parse(1, [Buffer.alloc(100, "x"), Buffer.alloc(100_000, "x"), "\n1 17 1 1\n"]);
    expect(printed).toEqual([
      { kind: "garbage", text: "x".repeat(64) },
      { kind: "edge", offset: 17, level: 1 },
    ]);
  });

  it("is unfinished until its line ends", () => {
    const parser = new GpiomonParser(1);
    parser.feed(Buffer.from("1 17 1 "));
    expect(parser.isUnfinished).toBe(true);
    expect(parser.feed(Buffer.from("9\n"))).toHaveLength(1);
    expect(parser.isUnfinished).toBe(false);
  });

  it.each([1, 2] as const)("gives the same edges however it is cut to pieces, version %i", (version) => {
    fc.assert(
      fc.property(
        fc.array(line(version), { maxLength: 20 }),
        fc.array(fc.nat(2_000), { maxLength: 30 }),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map(([text]) => `${text}\n`).join(""));
          expect(parse(version, cutAt(bytes, cuts))).toEqual(lines.map(([, meaning]) => meaning));
        },
      ),
      { numRuns: NUM_RUNS, seed },
    );
  });

  it.each([1, 2] as const)("never throws, and cuts change nothing, whatever the bytes, version %i", (version) => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .string({ unit: fc.constantFrom("0", "1", "2", "7", " ", ".", "\n"), maxLength: 300 })
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(400), { maxLength: 20 }), (raw, cuts) => {
        const whole = parse(version, [raw]);
        expect(parse(version, cutAt(Buffer.from(raw), cuts))).toEqual(whole);
        expect(whole.every((one) => one.kind === "garbage" || one.offset <= 9_999)).toBe(true);
      }),
      { numRuns: NUM_RUNS, seed },
    );
  });

  it("never takes a cut-off or changed line for an edge that was not printed", () => {
    fc.assert(
      fc.property(line(1), fc.nat(), fc.nat(255), ([text, meaning], place, byte) => {
        const changed = Buffer.from(`${text}\n`);
        changed[place % text.length] = byte;
        // A digit in a digit's place cannot be told; anything else can.
        const isDigit = byte >= 0x30 && byte <= 0x39;
        expect(isDigit || byte === 0x20 || byte === 0x0a || edges([changed]).length === 0).toBe(true);
        const short = edges([`${text.slice(0, place % text.length)}\n`]);
        expect([[], [meaning]]).toContainEqual(short);
      }),
      { numRuns: NUM_RUNS, seed },
    );
  });
});

describe("what libgpiod's other tools print", () => {
  it.each([
    ["gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018 Bartosz Golaszewski\nLicense: LGPLv2.1", 1],
    ["gpiomon (libgpiod) v2.1.3\nCopyright (C) 2017-2023 Bartosz Golaszewski", 2],
    ["gpiomon (libgpiod) v3.0", undefined],
    ["gpiomon: not found", undefined],
    ["", undefined],
  ])("has the version of %j", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  it("names chips by number and label, of which the label counts", () => {
    const text =
      "gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [raspberrypi-exp-gpio] (8 lines)\ngpiochip4 [pinctrl-rp1] (54 lines)\n";
    expect(chipLabelled(text, "pinctrl-rp1")).toBe("gpiochip4");
    expect(chipLabelled(text, "pinctrl-bcm2835")).toBeUndefined();
    expect(chipLabelled("gpiochip0 [a] (2 lines)\ngpiochip4 [a] (2 lines)\n", "a")).toBe("gpiochip0");
    expect(chipLabelled("", "a")).toBeUndefined();
  });

  it.each([
    [
      "version 1",
      'gpiochip0 - 54 lines:\n\tline   0:     "ID_SDA"       unused   input  active-high \n\tline  17:     "GPIO17"       unused   input  active-high \n\tline  18:      unnamed       unused   input  active-high \n',
    ],
    [
      "version 2",
      'gpiochip0 - 54 lines:\n\tline   0:\t"ID_SDA"        \tinput\n\tline  17:\t"GPIO17"        \tinput consumer="gpiomon"\n\tline  18:\tunnamed         \tinput\n',
    ],
  ])("names lines, %s", (_, text) => {
    expect(lineNamed(text, "GPIO17")).toBe(17);
    expect(lineNamed(text, "GPIO18")).toBeUndefined();
    expect(lineNamed(text, "unnamed")).toBeUndefined();
  });

  it.each([
    ["1\n", 1, [1]],
    ["1 0 0\n", 3, [1, 0, 0]],
    ["1 0\n", 3, undefined],
    ["2\n", 1, undefined],
    ['"GPIO17"=active\n', 1, undefined],
    ["", 1, undefined],
  ])("has the levels %j", (text, count, levels) => {
    expect(parseLevels(text, count)).toEqual(levels);
  });

  it("is never more than can be read, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        parseVersion(text);
        chipLabelled(text, "a");
        lineNamed(text, "a");
        expect(parseLevels(text, 2)?.length ?? 2).toBe(2);
      }),
      { numRuns: NUM_RUNS, seed },
    );
  });
});
