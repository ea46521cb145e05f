import type { CodecCase } from "../../testing/codec-case.ts";
import { encodeFrame, FrameParser } from "../codec.ts";
import { parseParameters, parseSegment } from "../message/segment.ts";

const FRAMES = 500;
/** What one TCP segment carries. */
const PIECE_BYTES = 1_448;
const CODES = ["w01018", "w01001", "w21003", "w21011", "w21001", "w01009", "w01010", "w01014"];

/** Real-time records of eight factors, as a water station sends them. */
export const codecCases: readonly CodecCase[] = [
  { name: "hj212 real-time records", bytes: stream(), frames: FRAMES, parse },
];

function stream(): Buffer {
  return Buffer.concat(Array.from({ length: FRAMES }, (_, index) => encodeFrame(segment(index))));
}

function segment(index: number): string {
  const millisecond = String(index).padStart(3, "0");
  const values = CODES.map((code, at) => `${code}-Rtd=${((index * (at + 1)) % 977) / 10},${code}-Flag=N`).join(";");
  const head = `QN=20260801085857${millisecond};ST=21;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5`;
  return `${head};CP=&&DataTime=20260801085800;${values}&&`;
}

function parse(bytes: Buffer): number {
  const parser = new FrameParser();
  let found = 0;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    for (const one of parser.push(bytes.subarray(at, at + PIECE_BYTES))) {
      const message = parseSegment(one);
      if (message !== undefined && parseParameters(message.cp).factors.size === CODES.length) found += 1;
    }
  }
  return found;
}
