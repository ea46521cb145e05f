import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../testing/random.ts";
import { codecCases } from "./bench/codec-cases.ts";
import {
  FrameParser,
  encodeFrame,
  encodeRead,
  encodeReadAddress,
  encodeReadFollowing,
  parseAnswer,
  type Frame,
} from "./codec.ts";

function parse(hex: string): readonly Frame[] {
  return new FrameParser().push(Buffer.from(hex, "hex"));
}

describe("requests", () => {
  it("are as the frame rule computes them", () => {
    const energy = encodeRead("202411110002", "00010000");
    expect(energy.toString("hex")).toBe("fefefefe68020011112420681104333334331a16");
    expect(encodeReadAddress(0).toString("hex")).toBe("68aaaaaaaaaaaa681300df16");
    const further = encodeReadFollowing("000000000001", "00010000", 1, 0);
    expect(further.toString("hex")).toBe("680100000000006812053333343334e916");
  });

  it("carry as many wake-up bytes as were asked for", () => {
    expect(encodeRead("000000000001", "00010000", 0)[0]).toBe(0x68);
    expect(encodeRead("000000000001", "00010000", 2).subarray(0, 3).toString("hex")).toBe("fefe68");
  });
});

describe("answers", () => {
  const data = { kind: "data", sequence: undefined, hasMore: false };
  it.each([
    ["an energy", "6802001111242068910833333433cb4567899e16", { ...data, identifier: "00010000", payload: "98123456" }],
    ["a voltage", "68010000000000689106333434353855c516", { ...data, identifier: "02010100", payload: "0522" }],
    [
      "a current with its sign",
      "68010000000000689107333435356745b39916",
      { ...data, identifier: "02020100", payload: "341280" },
    ],
    ["a power", "68010000000000689107333336358967456f16", { ...data, identifier: "02030000", payload: "563412" }],
    [
      "a beginning",
      "6801000000000068b10633333433cb456516",
      { ...data, identifier: "00010000", payload: "9812", hasMore: true },
    ],
    [
      "the rest of it",
      "68010000000000689207333334336789345b16",
      { ...data, identifier: "00010000", payload: "3456", sequence: 1 },
    ],
  ])("give %s", (_, hex, expected) => {
    const [frame, ...more] = parse(`fefefefe${hex}`);
    const answer = frame && parseAnswer(frame);
    expect(more).toEqual([]);
    expect(answer?.kind === "data" && { ...answer, payload: answer.payload.toString("hex") }).toEqual(expected);
  });

  it("give refusals and addresses", () => {
    const refused = "6801000000000068d10135d816";
    const answers = parse(`${refused}680100000000006893063433333333339d16`).map(parseAnswer);
    expect(answers).toEqual([
      { kind: "refused", function: 0x11, errorWord: 2 },
      { kind: "address", address: "000000000001" },
    ]);
  });

  it.each([
    ["a master's request, or our own echo", 0x11, "00000100"],
    ["an answer to a write", 0x94, ""],
    ["data without an identifier", 0x91, "000001"],
    ["a further frame without its sequence", 0x92, "00000100"],
    ["a refusal without a reason", 0xd1, ""],
    ["half an address", 0x93, "010000"],
  ])("are not %s", (_, control, hex) => {
    expect(parseAnswer({ address: "000000000001", control, data: Buffer.from(hex, "hex") })).toBeUndefined();
  });
});

const address = fc.stringMatching(/^[0-9]{12}$/);
const frames = fc.record({
  address,
  control: fc.nat(255),
  data: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});

describe("the parser, under any bytes", () => {
  const seed = testSeed();
  console.log(`dlt645 codec fuzz from seed ${seed}`);
  const runs = { numRuns: 10_000, seed };

  it("finds the same frames however the stream is cut", () => {
    const piece = fc.oneof(
      frames.map((frame) => encodeFrame(frame, 2)),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        ...["68", "6868", "68000000000000", "680000000000006891", "16"].map((hex) => Buffer.from(hex, "hex")),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 60 })), (pieces, cuts) => {
        const stream = Buffer.concat(pieces);
        const whole = allFrames([stream]);
        expect(allFrames(cut(stream, cuts))).toEqual(whole);
        // Whatever came out carries a right check: it can be found in the stream as it would be encoded.
        for (const frame of whole) expect(isIn(stream, frame)).toBe(true);
        for (const frame of whole) parseAnswer(frame);
      }),
      runs,
    );
  });

  it("gives back every frame that stands between others", () => {
    fc.assert(
      fc.property(fc.array(frames, { minLength: 1, maxLength: 5 }), fc.nat(4), (sent, wakeUp) => {
        const stream = Buffer.concat(sent.map((frame) => encodeFrame(frame, wakeUp)));
        expect(new FrameParser().push(stream)).toEqual(sent);
      }),
      runs,
    );
  });

  it("takes nothing from a frame with one byte wrong, or cut short, and finds the next", () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (frame, place, flip, isCut) => {
        const bytes = encodeFrame(frame, 0);
        const at = place % bytes.length;
        const hurt = isCut
          ? bytes.subarray(0, at)
          : Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ flip : byte)));
        const next = { address: "000000000042", control: 0x91, data: Buffer.from("00010203", "hex") };
        const stream = Buffer.concat([hurt, encodeFrame(next, 4)]);
        const found = allFrames([stream]);
        for (const one of found) expect(isIn(stream, one)).toBe(true);
        expect(found).not.toContainEqual(frame);
        // Now and then a hurt frame's length and the next one's end make a frame that passes its check.
        expect(found).not.toEqual([]);
      }),
      runs,
    );
  });
});

function allFrames(pieces: readonly Uint8Array[]): readonly Frame[] {
  const parser = new FrameParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.flush()];
}

function cut(stream: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of cuts) {
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return [...pieces, stream.subarray(at)];
}

/** By the wire's own rule: start, start, length, sum and end, and the same data. */
function isIn(stream: Buffer, { control, data }: Frame): boolean {
  for (let at = stream.indexOf(0x68); at >= 0; at = stream.indexOf(0x68, at + 1)) {
    const body = stream.subarray(at, at + 10 + data.length);
    const sum = body.reduce((total, byte) => (total + byte) & 0xff, 0);
    const isFrame = body[7] === 0x68 && body[8] === control && body[9] === data.length;
    const [check, end] = stream.subarray(at + body.length);
    const isSame = body.subarray(10).every((byte, index) => ((byte - 0x33) & 0xff) === data[index]);
    if (isFrame && isSame && check === sum && end === 0x16) return true;
  }
  return false;
}

describe("the bench's cases", () => {
  it.each(codecCases)("hold what they say: $name", (one) => {
    expect(one.parse(one.bytes)).toBe(one.frames);
  });
});
