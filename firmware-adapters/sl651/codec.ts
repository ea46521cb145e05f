import { crc16Modbus } from "@outpost/kernel/crc16.ts";

import { FrameFinder, type FrameCheck } from "../receiving/frame-finder.ts";
import { Sl651Error } from "./errors.ts";

/** Control characters of a frame. SL 651-2014, section 6.2. */
export const CONTROL = {
  stx: 0x02,
  etx: 0x03,
  eot: 0x04,
  enq: 0x05,
  ack: 0x06,
  nak: 0x15,
  syn: 0x16,
  etb: 0x17,
  esc: 0x1b,
} as const;

export type EndOfFrame = "etx" | "eot" | "enq" | "ack" | "nak" | "etb" | "esc";

/** One frame of the HEX/BCD encoding. */
export interface Frame {
  readonly direction: "up" | "down";
  /** 1 to 255. */
  readonly centre: number;
  /** Ten hexadecimal digits, in capitals. */
  readonly station: string;
  /** Four hexadecimal digits, in capitals. */
  readonly password: string;
  readonly function: number;
  /** Set in a packet of several (SYN): packet `no` of `count`, from 1. */
  readonly part: { readonly count: number; readonly no: number } | undefined;
  /** Between the start and the end of the text, packet numbers apart. */
  readonly body: Buffer;
  readonly end: EndOfFrame;
}

/** The most a frame's text can have: its length is written with 12 bits. */
export const MAX_TEXT_BYTES = 4_095;

const START = Buffer.from([0x7e, 0x7e]);
const HEADER_BYTES = 14;
const TRAILER_BYTES = 3;
const PART_BYTES = 3;
const MAX_FRAME_BYTES = HEADER_BYTES + MAX_TEXT_BYTES + TRAILER_BYTES;
const UP = 0;
const DOWN = 8;
const ENDS: ReadonlyMap<number, EndOfFrame> = new Map(
  (["etx", "eot", "enq", "ack", "nak", "etb", "esc"] as const).map((end) => [CONTROL[end], end]),
);
const NO_FILLER: ReadonlySet<number> = new Set();

/**
 * A frame's bytes.
 *
 * @throws Sl651Error `sl651/bad-frame` where it is too long, or an address or password is not of its digits.
 * @see SL 651-2014, section 6.3 (tables 11 and 12)
 */
export function encodeFrame(frame: Frame): Buffer {
  const { direction, centre, station, password, part, body, end } = frame;
  const textBytes = body.length + (part === undefined ? 0 : PART_BYTES);
  if (textBytes > MAX_TEXT_BYTES) {
    throw new Sl651Error("sl651/bad-frame", `a text of ${textBytes} bytes; at most ${MAX_TEXT_BYTES}`);
  }
  const [stationBytes, passwordBytes] = [digits(station, 5), digits(password, 2)];
  const bytes = Buffer.alloc(HEADER_BYTES + textBytes + TRAILER_BYTES);
  START.copy(bytes);
  if (direction === "up") {
    bytes[2] = centre;
    stationBytes.copy(bytes, 3);
  } else {
    stationBytes.copy(bytes, 2);
    bytes[7] = centre;
  }
  passwordBytes.copy(bytes, 8);
  bytes[10] = frame.function;
  bytes.writeUInt16BE(((direction === "up" ? UP : DOWN) << 12) | textBytes, 11);
  bytes[13] = part === undefined ? CONTROL.stx : CONTROL.syn;
  if (part !== undefined) bytes.writeUIntBE(part.count * 0x1000 + part.no, HEADER_BYTES, PART_BYTES);
  body.copy(bytes, HEADER_BYTES + textBytes - body.length);
  bytes[HEADER_BYTES + textBytes] = CONTROL[end];
  // The high byte goes first, unlike Modbus.
  bytes.writeUInt16BE(crc16Modbus(bytes.subarray(0, -2)), bytes.length - 2);
  return bytes;
}

/** Finds the frames in a stream, either way. */
export class FrameParser {
  readonly #finder = new FrameFinder({ start: START, maxBytes: MAX_FRAME_BYTES, filler: NO_FILLER, check });

  /** Bytes that belonged to no sound frame. */
  get skippedBytes(): number {
    return this.#finder.skippedBytes;
  }

  /** Frames since the last sound one whose CRC or end was wrong. */
  get badFramesInARow(): number {
    return this.#finder.badFramesInARow;
  }

  /** @returns the frames that are whole now; they are the caller's to keep. */
  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    this.#finder.push(bytes, (found) => frames.push(decode(found)));
    return frames;
  }
}

function check(bytes: Buffer): FrameCheck {
  if (bytes.length < HEADER_BYTES) return "unfinished";
  const word = bytes.readUInt16BE(11);
  const direction = word >> 12;
  const textBytes = word & 0x0fff;
  const begin = bytes[13];
  if (direction !== UP && direction !== DOWN) return "none";
  if (begin !== CONTROL.stx && !(begin === CONTROL.syn && textBytes >= PART_BYTES)) return "none";
  const frameBytes = HEADER_BYTES + textBytes + TRAILER_BYTES;
  if (bytes.length < frameBytes) return "unfinished";
  if (!ENDS.has(bytes[HEADER_BYTES + textBytes] ?? 0)) return "bad";
  const crcAt = frameBytes - 2;
  return bytes.readUInt16BE(crcAt) === crc16Modbus(bytes.subarray(0, crcAt)) ? frameBytes : "bad";
}

/** Of a frame that passed its check. */
function decode(bytes: Buffer): Frame {
  const isUp = (bytes[11] ?? 0) >> 4 === UP;
  const isPart = bytes[13] === CONTROL.syn;
  const endAt = bytes.length - TRAILER_BYTES;
  const numbers = isPart ? bytes.readUIntBE(HEADER_BYTES, PART_BYTES) : 0;
  return {
    direction: isUp ? "up" : "down",
    centre: bytes[isUp ? 2 : 7] ?? 0,
    station: hex(bytes.subarray(isUp ? 3 : 2, isUp ? 8 : 7)),
    password: hex(bytes.subarray(8, 10)),
    function: bytes[10] ?? 0,
    part: isPart ? { count: numbers >> 12, no: numbers & 0x0fff } : undefined,
    body: Buffer.from(bytes.subarray(HEADER_BYTES + (isPart ? PART_BYTES : 0), endAt)),
    end: ENDS.get(bytes[endAt] ?? 0) ?? "etx",
  };
}

function digits(text: string, bytes: number): Buffer {
  const found = Buffer.from(text, "hex");
  if (found.length === bytes && text.length === 2 * bytes) return found;
  throw new Sl651Error("sl651/bad-frame", `"${text}" is not ${2 * bytes} hexadecimal digits`);
}

function hex(bytes: Buffer): string {
  return bytes.toString("hex").toUpperCase();
}
