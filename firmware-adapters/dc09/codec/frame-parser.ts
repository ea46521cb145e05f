import { crc16Step } from "./crc16.ts";

/** How a sender writes its CRC: four hex digits as the standard says, or two bytes as some makers do. */
export type CrcForm = "hex" | "binary";

/** A frame whose length and CRC are right. */
export interface Frame {
  /** From the first quote to before the carriage return, one character a byte (Latin-1). */
  readonly body: string;
  readonly crcForm: CrcForm;
}

export interface FrameSink {
  frame(frame: Frame): void;
  /** Something that began like a frame and is none. */
  rejected(reason: "bad-crc" | "bad-length"): void;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const ZERO = 0x30;
/** "0LLL": three hex digits of length. */
const MAX_BODY_BYTES = 0xfff;
/** Line feed, CRC, length, quote. */
const HEAD_BYTES = 10;
/** The most that is ever kept while no frame ends. */
const MAX_FRAME_BYTES = 1 + 8 + MAX_BODY_BYTES + 1;
const FIRST_ROOM_BYTES = 256;

type Verdict =
  | { readonly kind: "more" }
  | { readonly kind: "none" }
  | { readonly kind: "rejected"; readonly reason: "bad-crc" | "bad-length" }
  | { readonly kind: "frame"; readonly frame: Frame; readonly end: number };

const MORE: Verdict = { kind: "more" };
const NONE: Verdict = { kind: "none" };
const BAD_CRC: Verdict = { kind: "rejected", reason: "bad-crc" };
const BAD_LENGTH: Verdict = { kind: "rejected", reason: "bad-length" };

/**
 * Finds the frames in what one sender says: `<LF>CRC0LLL"…<CR>`, in whatever pieces it comes. Whatever is no frame is
 * passed over; the next line feed begins anew. A body holds neither line feed nor carriage return, so a frame that was cut
 * off costs none after it.
 *
 * @see ANSI/SIA DC-09, message format
 */
export class FrameParser {
  /** Bytes from a line feed on that may become a frame; the first `#length` of the room. */
  #room: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Of the frame that is being awaited: how far its body has been looked at, and the CRC up to there. */
  #searched = 0;
  #crc = 0;

  /** Bytes kept of a frame that has not ended. */
  get pendingBytes(): number {
    return this.#length;
  }

  feed(bytes: Buffer, sink: FrameSink): void {
    if (this.#length === 0) {
      this.#keep(bytes, this.#take(bytes, sink));
      return;
    }
    for (let from = 0; from < bytes.length;) {
      const count = Math.min(bytes.length - from, MAX_FRAME_BYTES);
      this.#append(bytes, from, from + count);
      from += count;
      const kept = this.#room.subarray(0, this.#length);
      const taken = this.#take(kept, sink);
      kept.copyWithin(0, taken);
      this.#length -= taken;
    }
    if (this.#length === 0 && this.#room.length > FIRST_ROOM_BYTES) this.#room = Buffer.alloc(0);
  }

  /** @returns how many of the bytes are done with; from there on a frame may have begun. */
  #take(bytes: Buffer, sink: FrameSink): number {
    let at = 0;
    for (;;) {
      const start = bytes[at] === LF ? at : bytes.indexOf(LF, at);
      if (start < 0) return bytes.length;
      // What was searched of the first candidate was searched of this one only.
      if (start > 0) this.#searched = 0;
      const verdict = this.#judge(bytes, start);
      if (verdict.kind === "more") return start;
      this.#searched = 0;
      at = start + 1;
      if (verdict.kind === "rejected") sink.rejected(verdict.reason);
      if (verdict.kind !== "frame") continue;
      at = verdict.end;
      sink.frame(verdict.frame);
    }
  }

  #judge(bytes: Buffer, start: number): Verdict {
    if (bytes.length < start + HEAD_BYTES) return MORE;
    const crcForm = formOf(bytes, start);
    if (crcForm === undefined) return NONE;
    const body = start + (crcForm === "hex" ? 9 : 7);
    const end = body + hexDigits(bytes, body - 3, 3);
    if (!this.#search(bytes, body, Math.min(end, bytes.length), start)) return BAD_LENGTH;
    if (end >= bytes.length) return MORE;
    if (bytes[end] !== CR) return BAD_LENGTH;
    const stated = crcForm === "hex" ? hexDigits(bytes, start + 1, 4) : bytes.readUInt16BE(start + 1);
    if (stated !== this.#crc) return BAD_CRC;
    return { kind: "frame", frame: { body: bytes.toString("latin1", body, end), crcForm }, end: end + 1 };
  }

  /** Carries the CRC on up to `end`. @returns false where the body breaks off before. */
  #search(bytes: Buffer, body: number, end: number, start: number): boolean {
    const isResumed = this.#searched > 0;
    let crc = isResumed ? this.#crc : 0;
    for (let at = isResumed ? start + this.#searched : body; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === CR || byte === LF) return false;
      crc = crc16Step(crc, byte);
    }
    this.#crc = crc;
    this.#searched = end - start;
    return true;
  }

  #keep(bytes: Buffer, from: number): void {
    if (from < bytes.length) this.#append(bytes, from, bytes.length);
  }

  #append(bytes: Buffer, from: number, to: number): void {
    const needed = this.#length + to - from;
    if (needed > this.#room.length) {
      const larger = Buffer.alloc(Math.max(FIRST_ROOM_BYTES, needed, Math.min(2 * needed, 2 * MAX_FRAME_BYTES)));
      this.#room.copy(larger, 0, 0, this.#length);
      this.#room = larger;
    }
    bytes.copy(this.#room, this.#length, from, to);
    this.#length = needed;
  }
}

function formOf(bytes: Buffer, start: number): CrcForm | undefined {
  const isLength = (at: number): boolean =>
    bytes[at] === ZERO && hexDigits(bytes, at + 1, 3) >= 0 && bytes[at + 4] === QUOTE;
  if (isLength(start + 5) && hexDigits(bytes, start + 1, 4) >= 0) return "hex";
  return isLength(start + 3) ? "binary" : undefined;
}

/** `count` hex digits as a number; -1 where they are none. */
function hexDigits(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
