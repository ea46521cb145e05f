import { Hj212Error } from "./errors.ts";

/** The most a data segment can have: its length is written with four digits. */
export const MAX_SEGMENT_BYTES = 9_999;

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
const MAX_FRAME_BYTES = HEADER_BYTES + MAX_SEGMENT_BYTES + CRC_BYTES;
const KEPT_BYTES = 2 * MAX_FRAME_BYTES;
const START = Buffer.from("##");
/** No segment has this in it: where it stands, a frame was cut short and the next one begins. */
const NEXT_FRAME = Buffer.from("\r\n##");
const HASH = 0x23;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

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
 * Finds frames in a stream. A frame is whole with the last digit of its CRC, because some stations leave CR and LF out.
 * Where anything does not fit, it goes on at the next `##`, inside the frame it had begun if need be.
 */
export class FrameParser {
  #kept = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** Bytes of the frame begun at `#start` in which no next frame begins. */
  #searchedBytes = 0;
  #skippedBytes = 0;
  #badFramesInARow = 0;

  /** Bytes that belonged to no sound frame, CR and LF apart. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Frames since the last sound one whose CRC was wrong. */
  get badFramesInARow(): number {
    return this.#badFramesInARow;
  }

  /** @returns the data segments of the frames that are whole now; they are the caller's to keep. */
  push(bytes: Uint8Array): readonly Buffer[] {
    const segments: Buffer[] = [];
    let taken = 0;
    while (taken < bytes.length) {
      taken += this.#take(bytes.subarray(taken));
      this.#parse(segments);
    }
    return segments;
  }

  /** Copies as much as there is room for. There always is some: what is kept after parsing is less than one frame. */
  #take(bytes: Uint8Array): number {
    if (this.#kept.length === 0) this.#kept = Buffer.allocUnsafe(KEPT_BYTES);
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#end === KEPT_BYTES) {
      this.#kept.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const count = Math.min(bytes.length, KEPT_BYTES - this.#end);
    this.#kept.set(bytes.subarray(0, count), this.#end);
    this.#end += count;
    return count;
  }

  #parse(segments: Buffer[]): void {
    while (this.#seekStart()) {
      const length = this.#segmentLength();
      if (length === "unfinished") return;
      if (length === "impossible") {
        this.#skip(1);
        continue;
      }
      const crcAt = this.#start + HEADER_BYTES + length;
      const isCutShort = this.#hasNextFrameBefore(crcAt);
      if (!isCutShort && crcAt + CRC_BYTES > this.#end) return;
      const segment = this.#kept.subarray(this.#start + HEADER_BYTES, crcAt);
      if (isCutShort || this.#crcAt(crcAt) !== crcHj212(segment)) {
        this.#badFramesInARow += 1;
        this.#skip(START.length);
        continue;
      }
      this.#badFramesInARow = 0;
      segments.push(Buffer.from(segment));
      this.#moveTo(crcAt + CRC_BYTES);
    }
  }

  #hasNextFrameBefore(crcAt: number): boolean {
    const from = this.#start + Math.max(HEADER_BYTES, this.#searchedBytes - NEXT_FRAME.length + 1);
    const to = Math.min(crcAt, this.#end);
    if (to - from < NEXT_FRAME.length) return false;
    if (this.#kept.subarray(from, to).includes(NEXT_FRAME)) return true;
    this.#searchedBytes = to - this.#start;
    return false;
  }

  /** Moves to the next `##`; keeps a last `#`, which may be half of one. */
  #seekStart(): boolean {
    const found = this.#kept.subarray(this.#start, this.#end).indexOf(START);
    if (found === -1) {
      const isLastHash = this.#end > this.#start && this.#kept[this.#end - 1] === HASH;
      this.#skip(this.#end - this.#start - (isLastHash ? 1 : 0));
      return false;
    }
    this.#skip(found);
    return true;
  }

  #segmentLength(): number | "unfinished" | "impossible" {
    let length = 0;
    for (let at = this.#start + START.length; at < this.#start + HEADER_BYTES; at += 1) {
      if (at >= this.#end) return "unfinished";
      const digit = (this.#kept[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return "impossible";
      length = length * 10 + digit;
    }
    return length;
  }

  /** The CRC that stands there, in upper or lower case; -1 where there are other characters. */
  #crcAt(at: number): number {
    let crc = 0;
    for (let index = at; index < at + CRC_BYTES; index += 1) {
      const digit = hexDigit(this.#kept[index] ?? 0);
      if (digit === -1) return -1;
      crc = crc * 16 + digit;
    }
    return crc;
  }

  #skip(count: number): void {
    for (let at = this.#start; at < this.#start + count; at += 1) {
      const byte = this.#kept[at];
      if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED) this.#skippedBytes += 1;
    }
    this.#moveTo(this.#start + count);
  }

  #moveTo(start: number): void {
    if (start !== this.#start) this.#searchedBytes = 0;
    this.#start = start;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
