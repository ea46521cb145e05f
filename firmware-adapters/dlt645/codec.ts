import assert from "node:assert/strict";

/** Control codes of the requests we send. DL/T 645-2007, control code C, bits 4 to 0. */
export const CONTROL = { read: 0x11, readFollowing: 0x12, readAddress: 0x13 } as const;
/** Set in what a meter says; clear in what its master says. */
const FROM_METER = 0x80;
/** Set where the meter refuses: one byte of error word follows. */
const REFUSED = 0x40;
/** Set where more frames of the same answer can be asked for. */
const MORE_FOLLOW = 0x20;
const FUNCTION = 0x1f;

/** The address that every meter takes for its own: for a line with one meter on it. */
export const WILDCARD_ADDRESS = "AAAAAAAAAAAA";

/** The longest data field of an answer to a read. */
export const MAX_DATA_BYTES = 200;
/** Start, address, start, control, length; checksum and end behind the data. */
const HEADER_BYTES = 10;
const OVERHEAD_BYTES = 12;
const START = 0x68;
const END = 0x16;
const WAKE_UP = 0xfe;
/** Added to every byte of the data field on the wire. */
const DATA_OFFSET = 0x33;

/** One frame, unwrapped. */
export interface Frame {
  /** Twelve digits as printed on the meter, highest first; "A" for a wildcard digit. */
  readonly address: string;
  readonly control: number;
  /** The data field without its offset, in wire order: a data identifier and whatever follows, lowest byte first. */
  readonly data: Buffer;
}

/**
 * Puts a frame around a request or an answer.
 *
 * @param frame        data of 0 to 200 bytes.
 * @param wakeUpBytes  how many FE go before it, 0 to 4; they give a sleepy optical head or modem time to wake.
 * @see DL/T 645-2007, link layer: frame format
 */
export function encodeFrame({ address, control, data }: Frame, wakeUpBytes = 4): Buffer {
  assert(/^[0-9A]{12}$/.test(address), "an address has twelve digits");
  assert(data.length <= MAX_DATA_BYTES, "the data field has at most 200 bytes");
  const bytes = Buffer.alloc(wakeUpBytes + OVERHEAD_BYTES + data.length, WAKE_UP);
  const frame = bytes.subarray(wakeUpBytes);
  frame[0] = START;
  frame.set(Buffer.from(address, "hex").toReversed(), 1);
  frame[7] = START;
  frame[8] = control;
  frame[9] = data.length;
  for (let at = 0; at < data.length; at += 1) frame[HEADER_BYTES + at] = ((data[at] ?? 0) + DATA_OFFSET) & 0xff;
  frame[frame.length - 2] = sumOf(frame, 0, frame.length - 2);
  frame[frame.length - 1] = END;
  return bytes;
}

/**
 * A data identifier as it stands in a data field, lowest byte first.
 *
 * @param identifier  eight hexadecimal digits, DI3 first, as the standard prints them: "00010000".
 */
export function identifierBytes(identifier: string): Buffer {
  assert(/^[0-9A-F]{8}$/.test(identifier), "a data identifier has eight hexadecimal digits");
  return Buffer.from(Buffer.from(identifier, "hex").toReversed());
}

/** The request for one data item. */
export function encodeRead(address: string, identifier: string, wakeUpBytes?: number): Buffer {
  return encodeFrame({ address, control: CONTROL.read, data: identifierBytes(identifier) }, wakeUpBytes);
}

/** The request for a further frame of an item's answer. @param sequence  1 for the first further frame, to 255. */
export function encodeReadFollowing(
  address: string,
  identifier: string,
  sequence: number,
  wakeUpBytes?: number,
): Buffer {
  const data = Buffer.concat([identifierBytes(identifier), Buffer.of(sequence)]);
  return encodeFrame({ address, control: CONTROL.readFollowing, data }, wakeUpBytes);
}

/** The request for the address of the one meter on the line. */
export function encodeReadAddress(wakeUpBytes?: number): Buffer {
  const frame = { address: WILDCARD_ADDRESS, control: CONTROL.readAddress, data: Buffer.alloc(0) };
  return encodeFrame(frame, wakeUpBytes);
}

/** What a meter's frame says. */
export type Answer =
  /** `payload` is what follows the identifier; `sequence` only in further frames. */
  | {
      readonly kind: "data";
      readonly identifier: string;
      readonly payload: Buffer;
      readonly sequence: number | undefined;
      readonly hasMore: boolean;
    }
  | { readonly kind: "refused"; readonly function: number; readonly errorWord: number }
  | { readonly kind: "address"; readonly address: string };

/** @returns undefined for what is no answer to anything we ask: a master's frame, our own echo, other functions. */
export function parseAnswer({ control, data }: Frame): Answer | undefined {
  if ((control & FROM_METER) === 0) return undefined;
  const asked = control & FUNCTION;
  if ((control & REFUSED) !== 0) {
    const [errorWord] = data;
    return data.length === 1 && errorWord !== undefined ? { kind: "refused", function: asked, errorWord } : undefined;
  }
  const hasMore = (control & MORE_FOLLOW) !== 0;
  if (asked === CONTROL.readAddress && data.length === 6 && !hasMore) {
    return { kind: "address", address: addressAt(data, 0) };
  }
  const trailer = asked === CONTROL.readFollowing ? 1 : 0;
  if ((asked !== CONTROL.read && asked !== CONTROL.readFollowing) || data.length < 4 + trailer) return undefined;
  const identifier = `${hex(data[3])}${hex(data[2])}${hex(data[1])}${hex(data[0])}`;
  const end = data.length - trailer;
  return {
    kind: "data",
    identifier,
    payload: data.subarray(4, end),
    sequence: trailer === 1 ? data[end] : undefined,
    hasMore,
  };
}

/** More than the longest frame, so that a piece of a stream always leaves room for the next. */
const HELD_BYTES = 1_024;

/**
 * Finds frames in a stream of bytes, wherever they stand; what is no frame is passed over. Frames come out the same
 * however the stream is cut into pieces. Between pieces it keeps at most one unfinished frame.
 */
export class FrameParser {
  readonly #held = Buffer.alloc(HELD_BYTES);
  #end = 0;

  /** Whether a frame has begun and is not whole yet. */
  get isInFrame(): boolean {
    return this.#end > 0;
  }

  /** @returns the frames that are whole now, each with a right checksum, in order. */
  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    for (let taken = 0; taken < bytes.length;) {
      const piece = bytes.subarray(taken, taken + HELD_BYTES - this.#end);
      this.#held.set(piece, this.#end);
      this.#end += piece.length;
      taken += piece.length;
      this.#keepFrom(this.#scan(frames, false));
    }
    return frames;
  }

  /** The line has fallen silent: what looks like an unfinished frame is none, but may hide a whole one. */
  flush(): readonly Frame[] {
    const frames: Frame[] = [];
    this.#scan(frames, true);
    this.#end = 0;
    return frames;
  }

  /** @returns where the first unfinished frame begins; all there is where there is none. */
  #scan(frames: Frame[], isSilent: boolean): number {
    const held = this.#held;
    const end = this.#end;
    let at = held.indexOf(START);
    while (at >= 0 && at < end) {
      const length = frameLength(held, at, end);
      if (length !== undefined && length > 0 && at + length <= end) {
        if (isWhole(held, at, length)) {
          frames.push(unwrap(held, at));
          at = held.indexOf(START, at + length);
          continue;
        }
      } else if (length !== 0 && !isSilent) {
        return at;
      }
      at = held.indexOf(START, at + 1);
    }
    return end;
  }

  #keepFrom(start: number): void {
    this.#held.copyWithin(0, start, this.#end);
    this.#end -= start;
  }
}

/** @returns the length of the frame that begins here, 0 where none does, undefined while that cannot be known. */
function frameLength(bytes: Buffer, at: number, end: number): number | undefined {
  if (at + 7 >= end) return undefined;
  if (bytes[at + 7] !== START) return 0;
  const dataBytes = at + 9 < end ? bytes[at + 9] : undefined;
  if (dataBytes === undefined) return undefined;
  return dataBytes <= MAX_DATA_BYTES ? OVERHEAD_BYTES + dataBytes : 0;
}

function isWhole(bytes: Buffer, at: number, length: number): boolean {
  const checkAt = at + length - 2;
  return bytes[checkAt + 1] === END && bytes[checkAt] === sumOf(bytes, at, checkAt);
}

function sumOf(bytes: Buffer, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += bytes[at] ?? 0;
  return sum & 0xff;
}

function unwrap(bytes: Buffer, at: number): Frame {
  const length = bytes[at + 9] ?? 0;
  const data = Buffer.allocUnsafe(length);
  const from = at + HEADER_BYTES;
  for (let byte = 0; byte < length; byte += 1) data[byte] = ((bytes[from + byte] ?? 0) - DATA_OFFSET) & 0xff;
  return { address: addressAt(bytes, at + 1), control: bytes[at + 8] ?? 0, data };
}

function addressAt(bytes: Buffer, at: number): string {
  let address = "";
  for (let byte = at + 5; byte >= at; byte -= 1) address += hex(bytes[byte]);
  return address;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, "0"),
);

function hex(byte: number | undefined): string {
  return HEX[byte ?? 0] ?? "00";
}
