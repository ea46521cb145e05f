import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { bitwiseCrc, frameOf } from "../testing/independent.ts";
import { encodeFrame } from "./encode.ts";
import { FrameParser, type Frame } from "./frame-parser.ts";
import { parseContent, parseMessage, splitData, withoutPad } from "./message.ts";

const seed = testSeed();
const options = { numRuns: 10_000, seed };
console.log(`DC-09 codec fuzz, seed ${seed}`);

interface Outcome {
  readonly frames: Frame[];
  readonly rejected: string[];
  readonly pending: number;
}

function parse(pieces: readonly Buffer[]): Outcome {
  const frames: Frame[] = [];
  const rejected: string[] = [];
  const parser = new FrameParser();
  for (const piece of pieces) {
    parser.feed(piece, { frame: (frame) => frames.push(frame), rejected: (reason) => rejected.push(reason) });
  }
  return { frames, rejected, pending: parser.pendingBytes };
}

function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const printable = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 80 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));
const frame = fc.tuple(printable, fc.boolean()).map(([text, isHex]) => {
  const body = `"SIA-DCS"0001L0#12[${text}`;
  return isHex ? frameOf(body) : encodeFrame(body, "binary");
});
/** Bytes in which frames may nearly begin, by the alphabet that frames are made of. */
const nearly = fc
  .array(fc.constantFrom("\n", "\r", '"', "0", "00", "0020", "A", '\n00000010"', '\n\n\n0010"', "NULL", "[", "]"), {
    maxLength: 40,
  })
  .map((parts) => Buffer.from(parts.join(""), "latin1"));
const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const stream = fc.array(fc.oneof(frame, nearly, noise), { maxLength: 6 }).map((parts) => Buffer.concat(parts));
const cuts = fc.array(fc.nat(2_000), { maxLength: 12 });

describe("the frame parser", () => {
  it("never throws, keeps little, and finds only what is sound, whatever comes", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const { frames, pending } = parse([bytes]);
        expect(pending).toBeLessThanOrEqual(4_105);
        for (const one of frames) {
          expect(one.body.length).toBeLessThanOrEqual(0xfff);
          expect(bitwiseCrc(one.body)).toBe(statedCrc(one, bytes));
        }
      }),
      options,
    );
  });

  it("finds the same in whatever pieces it comes", () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, where) => {
        expect(parse(inPieces(bytes, where))).toEqual(parse([bytes]));
      }),
      options,
    );
  });

  it("finds every frame among others, behind whatever holds no frame of its own", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), cuts, (frames, where) => {
        expect(parse(inPieces(Buffer.concat(frames), where)).frames).toHaveLength(frames.length);
      }),
      options,
    );
  });

  it("finds no frame that is cut short, and none that was altered", () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, change) => {
        expect(parse([bytes.subarray(0, place % bytes.length)]).frames).toEqual([]);
        const altered = Buffer.from(bytes);
        const at = place % bytes.length;
        altered.writeUInt8(altered.readUInt8(at) ^ change, at);
        const [whole] = parse([bytes]).frames;
        // A hex digit in the other case is the same digit.
        for (const found of parse([altered]).frames) expect(found).toEqual(whole);
      }),
      options,
    );
  });
});

/** What stands before a frame's body in the stream, read again by hand. */
function statedCrc({ body, crcForm }: Frame, bytes: Buffer): number {
  const length = body.length.toString(16).padStart(3, "0");
  const text = bytes.toString("latin1");
  const pattern =
    crcForm === "hex"
      ? new RegExp(`\\n([0-9A-Fa-f]{4})0${length}$`, "i")
      : new RegExp(`\\n([\\u0000-\\u00ff]{2})0${length}$`, "i");
  for (let at = text.indexOf(body); at >= 0; at = text.indexOf(body, at + 1)) {
    const stated = pattern.exec(text.slice(0, at))?.[1];
    if (stated === undefined || text[at + body.length] !== "\r") continue;
    const value = crcForm === "hex" ? Number.parseInt(stated, 16) : Buffer.from(stated, "latin1").readUInt16BE();
    if (value === bitwiseCrc(body)) return value;
  }
  return -1;
}

describe("the message parser", () => {
  it("never throws and stays within its bounds, whatever a body says", () => {
    const parts = fc.constantFrom(
      '"',
      "*",
      "NULL",
      "SIA-DCS",
      "0001",
      "R",
      "L",
      "0",
      "#",
      "12",
      "[",
      "]",
      "|",
      "_",
      "N",
    );
    const bodies = fc.oneof(
      printable,
      fc.array(parts, { maxLength: 30 }).map((list) => list.join("")),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const message = parseMessage(body);
        const content = parseContent(message?.content ?? body);
        expect(message?.header.account ?? "1").toMatch(/^[0-9A-Za-z]{1,16}$/);
        if (content === undefined) return;
        expect(content.xdata.length).toBeLessThanOrEqual(16);
        const { account, rest } = splitData(withoutPad(content.data, "12"), "12");
        expect(content.data.length).toBeGreaterThanOrEqual(rest.length);
        expect((account ?? "").length).toBeLessThanOrEqual(content.data.length);
      }),
      options,
    );
  });
});
