import { generateKeyPairSync } from "node:crypto";

import type { CodecCase } from "../../testing/codec-case.ts";
import { LineSplitter } from "../codec/line-splitter.ts";
import { AsciiThermometer, BinaryThermometer, encodeBinaryMeasurement } from "../codec/thermometer.ts";
import { issueToken, parseToken } from "../verifiers/signed-token.ts";

const FRAMES = 1_000;
/** As serial servers pass a line on. */
const PIECE_BYTES = 48;

function piecesOf(bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) pieces.push(bytes.subarray(at, at + PIECE_BYTES));
  return pieces;
}

function streamOf(frame: (count: number) => Buffer | string): Buffer {
  return Buffer.concat(Array.from({ length: FRAMES }, (_, count) => Buffer.from(frame(count))));
}

const { privateKey } = generateKeyPairSync("ed25519");

export const codecCases: readonly CodecCase[] = [
  {
    name: "scanner lines to codes",
    bytes: streamOf((count) => `]Q1https://jinshan.example/pass/${count * 7_919}${count % 2 === 0 ? "\r" : "\r\n"}`),
    frames: FRAMES,
    parse(bytes) {
      const lines = new LineSplitter({ maxLength: 256, prefix: Buffer.from("]Q1") });
      return piecesOf(bytes).reduce((sum, piece) => sum + lines.push(piece).length, 0);
    },
  },
  {
    name: "scanner lines to signed codes, signature not verified",
    bytes: streamOf(
      (count) => `${issueToken({ i: `visit-${count + 1_000_000}`, e: 1_800_000_000 + count }, privateKey)}\r\n`,
    ),
    frames: FRAMES,
    parse(bytes) {
      const lines = new LineSplitter({ maxLength: 256 });
      const codes = piecesOf(bytes).flatMap((piece) => lines.push(piece));
      return codes.filter((code) => parseToken(code) !== undefined).length;
    },
  },
  {
    name: "thermometer, text",
    bytes: streamOf((count) => `${count % 2 === 0 ? "T=" : ""}${(36 + (count % 30) / 10).toFixed(2)}C\r\n`),
    frames: FRAMES,
    parse(bytes) {
      const parser = new AsciiThermometer();
      return piecesOf(bytes).reduce((sum, piece) => sum + parser.push(piece).length, 0);
    },
  },
  {
    name: "thermometer, GY-MCU90614 frames",
    bytes: streamOf((count) => encodeBinaryMeasurement(35 + (count % 500) / 100, 24 + (count % 7))),
    frames: FRAMES,
    parse(bytes) {
      const parser = new BinaryThermometer();
      return piecesOf(bytes).reduce((sum, piece) => sum + parser.push(piece).length, 0);
    },
  },
];
