import type { CodecCase } from "../../testing/codec-case.ts";
import { encodeFrame, FrameParser } from "../codec.ts";
import { parseBody } from "../message/body.ts";
import { FN } from "../message/functions.ts";
import { encodeReport } from "../message/write.ts";

const FRAMES = 500;
/** What one TCP segment carries. */
const PIECE_BYTES = 1_448;
const ELEMENTS = 5;

/** Timed and hour reports of a river station. */
export const codecCases: readonly CodecCase[] = [
  { name: "sl651 timed reports", bytes: stream(FN.timed), frames: FRAMES, parse: (bytes) => parse(bytes, ELEMENTS) },
  { name: "sl651 hour reports", bytes: stream(FN.hour), frames: FRAMES, parse: (bytes) => parse(bytes, ELEMENTS + 1) },
];

function stream(code: number): Buffer {
  return Buffer.concat(Array.from({ length: FRAMES }, (_, index) => frame(code, index)));
}

function frame(code: number, index: number): Buffer {
  const station = "0012345678";
  const now = { year: 2026, month: 8, day: 1, hour: index % 24, minute: index % 60, second: 0 };
  const body = encodeReport({
    serial: index + 1,
    sentAt: now,
    station,
    stationClass: "H",
    observedAt: now,
    states: index % 8,
    elements: [
      { code: 0x39, value: index / 100 - 1, bytes: 4, decimals: 3 },
      { code: 0x26, value: index / 10, bytes: 3, decimals: 1 },
      { code: 0x20, value: index % 7 === 0 ? undefined : 0.5, bytes: 3, decimals: 1 },
      { code: 0x38, value: 12.6, bytes: 2, decimals: 2 },
    ],
    ...(code === FN.hour ? { rainOf5min: Array.from({ length: 12 }, (_, slot) => slot / 10) } : {}),
  });
  const head = { direction: "up", centre: 1, station, password: "1234" } as const;
  return encodeFrame({ ...head, function: code, part: undefined, body, end: "etx" });
}

function parse(bytes: Buffer, elements: number): number {
  const parser = new FrameParser();
  let found = 0;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    for (const one of parser.push(bytes.subarray(at, at + PIECE_BYTES))) {
      const body = parseBody(one.body, one.function);
      if (body?.isUnderstood === true && body.groups[0]?.elements.length === elements) found += 1;
    }
  }
  return found;
}
