import fc from "fast-check";
import { describe, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { PROTOCOL_NAMES, PROTOCOLS, type Protocol } from "../settings.ts";
import { frameBytes } from "../testing/any-frame.ts";
import { sumOf, xorOf, type BoardFrame, type LockCodec } from "./codec.ts";
import { CODECS } from "./codecs.ts";
import { FrameStream } from "./frame-stream.ts";

const seed = testSeed();
console.log(`frames from seed ${seed}`);
const runs = { numRuns: 10_000, seed };

/** A codec that keeps the bytes of every frame it was given to decode. */
function watched(protocol: Protocol): { readonly codec: LockCodec; readonly seen: Uint8Array[] } {
  const seen: Uint8Array[] = [];
  const codec = CODECS[protocol];
  return {
    seen,
    codec: {
      ...codec,
      decode(frame) {
        seen.push(Uint8Array.from(frame));
        return codec.decode(frame);
      },
    },
  };
}

function hasItsCheck(protocol: Protocol, frame: Uint8Array): boolean {
  const end = frame.length - 1;
  const check = protocol.startsWith("kerong") ? sumOf(frame, 0, end) : xorOf(frame, 0, end);
  return frame[end] === check;
}

function isBounded({ board, ...frame }: BoardFrame, protocol: Protocol): boolean {
  const { maxBoard } = PROTOCOLS[protocol];
  const isBoard = board >= 0 && board <= Math.max(255, maxBoard);
  return isBoard && (!("bits" in frame) || (frame.bits.length >= 1 && frame.bits.length <= 48));
}

function parse(protocol: Protocol, pieces: readonly Uint8Array[], ways: number | undefined): readonly BoardFrame[] {
  const stream = new FrameStream(CODECS[protocol], () => ways);
  return [...pieces.flatMap((piece) => stream.push(piece)), ...stream.endOfSilence()];
}

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  const anyWays = fc.constantFrom<(number | undefined)[]>(...PROTOCOLS[protocol].ways, undefined);
  const anyBytes = fc.uint8Array({ maxLength: 200 });
  /** Whole frames, some of them cut short or with a bit turned over, and noise between them. */
  const mixed = fc
    .array(
      fc.oneof(
        frameBytes(protocol),
        fc.uint8Array({ maxLength: 12 }),
        fc.tuple(frameBytes(protocol), fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length)),
        fc.tuple(frameBytes(protocol), fc.nat(), fc.integer({ min: 1, max: 255 })).map(([bytes, at, flip]) => {
          const broken = Uint8Array.from(bytes);
          broken[at % broken.length] = (broken[at % broken.length] ?? 0) ^ flip;
          return broken;
        }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

  it("never throws, and never makes a frame of bytes that fail their check", () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, mixed), anyWays, (bytes, ways) => {
        const { codec, seen } = watched(protocol);
        const stream = new FrameStream(codec, () => ways);
        const frames = [...stream.push(bytes), ...stream.endOfSilence()];
        return (
          frames.every((frame) => isBounded(frame, protocol)) &&
          seen.every((frame) => hasItsCheck(protocol, frame)) &&
          stream.pendingBytes < 64
        );
      }),
      runs,
    );
  });

  it("finds the same frames however the bytes are cut", () => {
    fc.assert(
      fc.property(mixed, anyWays, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (bytes, ways, cuts) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          pieces.push(bytes.subarray(at, at + length));
          at += length;
        }
        return JSON.stringify(parse(protocol, pieces, ways)) === JSON.stringify(parse(protocol, [bytes], ways));
      }),
      runs,
    );
  });

  it("finds a whole frame again after a silence, whatever came before it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), frameBytes(protocol), (noise, frame) => {
        const ways = PROTOCOLS[protocol].ways[0];
        const stream = new FrameStream(CODECS[protocol], () => ways);
        stream.push(noise);
        stream.endOfSilence();
        stream.reset();
        return stream.push(frame).length + stream.endOfSilence().length === 1;
      }),
      runs,
    );
  });
});
