import { FrameFinder, type FrameCheck } from "../receiving/frame-finder.ts";
import { Hj212Error } from "./errors.ts";

/** The most a data segment can have: its length is written with four digits. */
export const MAX_SEGMENT_BYTES = 9_999;

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
const MAX_FRAME_BYTES = HEADER_BYTES + MAX_SEGMENT_BYTES + CRC_BYTES;
const START = Buffer.from("##");
/** No segment has this in it: where it stands, a frame was cut short and the next one begins. */
const NEXT_FRAME = Buffer.from("\r\n##");
/** CR and LF, which end a frame where a station sends them. */
const LINE_ENDS: ReadonlySet<number> = new Set([0x0d, 0x0a]);

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/**
 * The standard's own CRC: each byte is folded into the *high* byte of the register, so that it is not CRC-16/MODBUS although
 * the polynomial is the same.
 *
 * @see HJ 212-2017, appendix A
 */
export function crcHj212(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = TABLE[((crc >>> 8) ^ byte) & 0xff] ?? 0;
  return crc;
}

/**
 * A whole frame around a data segment.
 *
 * @throws Hj212Error `hj212/bad-frame` where the segment is longer than four digits can say.
 * @see HJ 212-2017, section 6.3
 */
export function encodeFrame(segment: string): Buffer {
  const bytes = Buffer.from(segment, "utf8");
  if (bytes.length > MAX_SEGMENT_BYTES) {
    throw new Hj212Error("hj212/bad-frame", `a segment of ${bytes.length} bytes; at most ${MAX_SEGMENT_BYTES}`);
  }
  const length = String(bytes.length).padStart(4, "0");
  const crc = crcHj212(bytes).toString(16).toUpperCase().padStart(4, "0");
  return Buffer.concat([Buffer.from(`##${length}`), bytes, Buffer.from(`${crc}\r\n`)]);
}

/**
 * Finds the frames in a stream. A frame is whole with the last digit of its CRC, because some stations leave CR and LF out.
 */
export class FrameParser {
  readonly #finder = new FrameFinder({ start: START, maxBytes: MAX_FRAME_BYTES, filler: LINE_ENDS, check });

  /** Bytes that belonged to no sound frame, CR and LF apart. */
  get skippedBytes(): number {
    return this.#finder.skippedBytes;
  }

  /** Frames since the last sound one whose CRC was wrong. */
  get badFramesInARow(): number {
    return this.#finder.badFramesInARow;
  }

  /** @returns the data segments of the frames that are whole now; they are the caller's to keep. */
  push(bytes: Uint8Array): readonly Buffer[] {
    const segments: Buffer[] = [];
    this.#finder.push(bytes, (frame) => {
      segments.push(Buffer.from(frame.subarray(HEADER_BYTES, frame.length - CRC_BYTES)));
    });
    return segments;
  }
}

function check(bytes: Buffer, seen: number): FrameCheck {
  const length = segmentLength(bytes);
  if (typeof length === "string") return length;
  const crcAt = HEADER_BYTES + length;
  if (hasNextFrame(bytes, seen, crcAt)) return "bad";
  if (bytes.length < crcAt + CRC_BYTES) return "unfinished";
  const isSound = crcOf(bytes, crcAt) === crcHj212(bytes.subarray(HEADER_BYTES, crcAt));
  return isSound ? crcAt + CRC_BYTES : "bad";
}

function segmentLength(bytes: Buffer): number | "unfinished" | "none" {
  let length = 0;
  for (let at = START.length; at < HEADER_BYTES; at += 1) {
    if (at >= bytes.length) return "unfinished";
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return "none";
    length = length * 10 + digit;
  }
  return length;
}

function hasNextFrame(bytes: Buffer, seen: number, crcAt: number): boolean {
  const from = Math.max(HEADER_BYTES, seen - NEXT_FRAME.length + 1);
  return bytes.subarray(from, Math.min(crcAt, bytes.length)).includes(NEXT_FRAME);
}

/** The CRC that stands there, in upper or lower case; -1 where there are other characters. */
function crcOf(bytes: Buffer, at: number): number {
  let crc = 0;
  for (let index = at; index < at + CRC_BYTES; index += 1) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit === -1) return -1;
    crc = crc * 16 + digit;
  }
  return crc;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
