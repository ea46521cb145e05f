import { describe, expect, it } from "vitest";

import type { Protocol } from "../settings.ts";
import type { BoardFrame, BoardRequest } from "./codec.ts";
import { CODECS } from "./codecs.ts";
import { FrameStream } from "./frame-stream.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Appends the check that the protocol wants. */
function whole(protocol: Protocol, text: string): Buffer {
  const bytes = hex(text);
  const isSum = protocol.startsWith("kerong");
  const check = bytes.reduce((so, byte) => (isSum ? so + byte : so ^ byte), 0) & 0xff;
  return Buffer.concat([bytes, Buffer.of(check)]);
}

function framesIn(protocol: Protocol, bytes: Buffer, ways?: number): readonly BoardFrame[] {
  const stream = new FrameStream(CODECS[protocol], () => ways);
  return [...stream.push(bytes), ...stream.endOfSilence()];
}

/** A WKLY frame from what follows its header. */
const wkly = (text: string): Buffer => whole("wkly", `57 4B 4C 59 ${text}`);

/** The only frame, which must be a board's. */
function boardIn(frames: readonly BoardFrame[]): Extract<BoardFrame, { kind: "board" }> {
  const [frame, ...others] = frames;
  if (frame?.kind !== "board" || others.length > 0) throw new Error(`not a board's frame: ${JSON.stringify(frames)}`);
  return frame;
}

describe("requests", () => {
  it.each<[Protocol, BoardRequest, string]>([
    ["xor", { kind: "open", board: 1, lock: 1 }, "8A 01 01 11 9B"],
    ["xor", { kind: "open", board: 1, lock: 1, seconds: 5 }, "8A 01 01 11 05 9E"],
    ["xor", { kind: "open-all", board: 1 }, "8A 01 00 11 9A"],
    ["xor", { kind: "read-lock", board: 1, lock: 1 }, "80 01 01 33 B3"],
    ["xor", { kind: "read-board", board: 1 }, "80 01 00 33 B2"],
    ["kerong-cu16", { kind: "read-board", board: 0 }, "02 00 30 03 35"],
    ["kerong-cu16", { kind: "open", board: 0, lock: 1 }, "02 00 31 03 36"],
    ["kerong-cu16", { kind: "open", board: 0, lock: 16 }, "02 0F 31 03 45"],
    ["kerong-cu16", { kind: "open-all", board: 0 }, "02 00 33 03 38"],
    ["kerong-cu16", { kind: "open", board: 3, lock: 2 }, "02 31 31 03 67"],
    ["kerong-cu48", { kind: "read-board", board: 0 }, "02 00 00 60 03 65"],
    ["kerong-cu48", { kind: "open", board: 0, lock: 1 }, "02 00 00 61 03 66"],
    ["kerong-cu48", { kind: "open-all", board: 0 }, "02 00 30 61 03 96"],
    ["wkly", { kind: "open", board: 0, lock: 1 }, "57 4B 4C 59 09 00 82 01 83"],
    ["wkly", { kind: "read-board", board: 0 }, "57 4B 4C 59 08 00 84 85"],
  ])("of %s: %o", (protocol, request, expected) => {
    expect(CODECS[protocol].encode(request).toString("hex")).toBe(hex(expected).toString("hex"));
  });

  it("that a protocol does not have are a bug", () => {
    expect(() => CODECS["kerong-cu16"].encode({ kind: "read-lock", board: 0, lock: 1 })).toThrow("single lock");
    expect(() => CODECS.xor.encode({ kind: "open", board: 1, lock: 1, seconds: 10 })).toThrow("1 to 9");
  });
});

describe("the 8A/80 family", () => {
  it.each([
    ["8A 01 01 00 8A", { kind: "opened", board: 1, lock: 1 }],
    ["8A 01 01 11 9B", { kind: "opened", board: 1, lock: 1 }],
    ["80 01 01 11 91", { kind: "lock", board: 1, lock: 1, bit: 1 }],
    ["80 01 01 00 80", { kind: "lock", board: 1, lock: 1, bit: 0 }],
  ])("reads %s", (bytes, frame) => {
    expect(framesIn("xor", hex(bytes), 24)).toEqual([frame]);
  });

  it.each([
    [16, "80 01 80 01 33", [1, 16]],
    [24, "80 01 80 02 01 33", [1, 10, 24]],
    [32, "80 01 80 00 02 01 33", [1, 10, 32]],
  ])("reads a board of %i locks, the highest group first", (ways, text, ones) => {
    const bytes = whole("xor", text);
    for (const known of [ways, undefined]) {
      const [frame] = framesIn("xor", bytes, known);
      expect(frame).toMatchObject({ kind: "board", board: 1 });
      const bits = frame?.kind === "board" ? frame.bits : [];
      expect(bits).toHaveLength(ways);
      expect(bits.flatMap((bit, index) => (bit === 1 ? [index + 1] : []))).toEqual(ones);
    }
  });

  it("takes a board's answer that begins like one lock's for what it is", () => {
    // 80 01 01 00 80 by itself says "lock 1 is 0".
    const bytes = whole("xor", "80 01 01 00 80 33");
    expect(framesIn("xor", bytes, 24)).toMatchObject([{ kind: "board", bits: { length: 24 } }]);
    const stream = new FrameStream(CODECS.xor, () => 24);
    const byByte = [...bytes].flatMap((byte) => stream.push(Buffer.of(byte)));
    expect(byByte).toEqual(framesIn("xor", bytes, 24));
  });

  it("waits with a lock's frame until no longer one can follow, and hands it on after a silence", () => {
    const stream = new FrameStream(CODECS.xor, () => 24);
    expect(stream.push(hex("80 01 01 00 80"))).toEqual([]);
    expect(stream.endOfSilence()).toEqual([{ kind: "lock", board: 1, lock: 1, bit: 0 }]);
    expect(stream.push(hex("80 01 02 11 92 80"))).toEqual([{ kind: "lock", board: 1, lock: 2, bit: 1 }]);
  });

  it("finds what a board says by itself in front of an answer", () => {
    const bytes = Buffer.concat([hex("80 01 03 11 93"), whole("xor", "80 01 FF FF FB 33")]);
    expect(framesIn("xor", bytes, 24).map(({ kind }) => kind)).toEqual(["lock", "board"]);
  });

  it("does not take our own request, come back, for an answer", () => {
    for (const request of ["80 01 00 33 B2", "80 01 01 33 B3"]) expect(framesIn("xor", hex(request), 24)).toEqual([]);
  });
});

describe("Kerong CU12 and CU16", () => {
  it("reads hooks and sensors", () => {
    const frame = boardIn(framesIn("kerong-cu16", whole("kerong-cu16", "02 20 35 FE 7F 01 80 03")));
    expect(frame.board).toBe(2);
    expect(frame.bits).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(frame.occupied).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("passes over requests", () => {
    expect(framesIn("kerong-cu16", hex("02 00 31 03 36 02 00 30 03 35"))).toEqual([]);
  });
});

describe("Kerong CU24 and CU48", () => {
  it.each([
    [48, "02 00 00 75 FE FF FF FF FF 7F 01 00 00 00 00 80 03", 18],
    [24, "02 00 00 75 FE FF 7F 01 00 80 03", 12],
  ])("reads a board of %i locks", (ways, text, length) => {
    const bytes = whole("kerong-cu48", text);
    expect(bytes).toHaveLength(length);
    for (const known of [ways, undefined]) {
      const frame = boardIn(framesIn("kerong-cu48", bytes, known));
      expect(frame.bits.flatMap((bit, index) => (bit === 0 ? [index + 1] : []))).toEqual([1, ways]);
      expect(frame.occupied?.flatMap((bit, index) => (bit === 1 ? [index + 1] : []))).toEqual([1, ways]);
    }
  });

  it("tells an acknowledged open from a status", () => {
    expect(framesIn("kerong-cu48", whole("kerong-cu48", "02 00 04 75 03"), 48)).toEqual([
      { kind: "opened", board: 0, lock: 5 },
    ]);
  });
});

describe("WKLY", () => {
  it.each<[string, string, BoardFrame]>([
    ["an open", "0B 00 82 00 01 00", { kind: "opened", board: 0, lock: 1 }],
    ["one lock", "0B 00 83 00 04 01", { kind: "lock", board: 0, lock: 4, bit: 1 }],
    ["a change by itself", "0A 01 85 04 00", { kind: "pushed", board: 1, lock: 4, bit: 0 }],
    ["a failure", "09 00 82 FF", { kind: "failed", board: 0, command: "open" }],
    ["all opened", "09 00 86 00", { kind: "opened", board: 0, lock: 0 }],
    ["a board", "0D 02 84 00 03 01 00 01", { kind: "board", board: 2, bits: [1, 0, 1], occupied: undefined, echo: 1 }],
  ])("reads %s", (_, text, frame) => {
    expect(framesIn("wkly", wkly(text))).toEqual([frame]);
  });

  it("finds a header that begins again inside one that broke off", () => {
    const bytes = Buffer.concat([hex("57 4B 57 4B 4C 57"), wkly("0A 01 85 04 01")]);
    expect(framesIn("wkly", bytes)).toEqual([{ kind: "pushed", board: 1, lock: 4, bit: 1 }]);
  });

  it("passes over requests, states that are none, and counts that do not fit", () => {
    const odd = [CODECS.wkly.encode({ kind: "open", board: 0, lock: 1 }), wkly("0B 00 83 00 04 02")];
    expect(framesIn("wkly", Buffer.concat([...odd, wkly("0D 02 84 00 04 01 00 01")]))).toEqual([]);
  });
});
