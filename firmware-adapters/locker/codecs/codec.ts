import type { Protocol } from "../settings.ts";

/** A feedback bit as it stands on the wire. What it means is the board's setting. */
export type Bit = 0 | 1;

/** What a board is asked or told. Locks count from 1. */
export type BoardRequest =
  | { readonly kind: "open"; readonly board: number; readonly lock: number; readonly seconds?: number }
  | { readonly kind: "open-all"; readonly board: number }
  | { readonly kind: "read-board"; readonly board: number }
  | { readonly kind: "read-lock"; readonly board: number; readonly lock: number };

/** What a board says, asked or not. `bits` and `occupied` begin with lock 1. */
export type BoardFrame =
  | {
      readonly kind: "board";
      readonly board: number;
      readonly bits: readonly Bit[];
      readonly occupied: readonly Bit[] | undefined;
      /** The lock the request named, where answers repeat it; 1 otherwise. */
      readonly echo: number;
    }
  /** One lock: the answer to `read-lock`, or said by itself. */
  | { readonly kind: "lock"; readonly board: number; readonly lock: number; readonly bit: Bit }
  /** One lock, never the answer to anything. */
  | { readonly kind: "pushed"; readonly board: number; readonly lock: number; readonly bit: Bit }
  /** A pulse was given; lock 0 is all of them. Boards say so whether or not the door moved. */
  | { readonly kind: "opened"; readonly board: number; readonly lock: number }
  | { readonly kind: "failed"; readonly board: number; readonly command: BoardRequest["kind"] };

/** No frame can be told yet: more bytes are needed. */
export const MORE = -1;

/** What a frame detector may know besides the bytes. */
export interface Look {
  /** Where the bytes end. */
  readonly end: number;
  /** How many locks that board has, where it is known: the length of its answer follows from it. */
  waysOf(board: number): number | undefined;
  /** The line has been silent: what could still grow into a longer frame will not. */
  readonly isFinal: boolean;
}

/**
 * Tells whether a whole frame begins at `start`.
 *
 * More bytes never change an answer other than `MORE`, so that frames are the same however the bytes are cut.
 *
 * @returns the frame's length with its check right; 0 where none begins here; `MORE`, with less than 64 bytes there.
 */
export type Detect = (bytes: Uint8Array, start: number, look: Look) => number;

/** One maker's protocol: requests to bytes, bytes to frames. Pure. */
export interface LockCodec {
  readonly protocol: Protocol;
  /** Whether the board answers an open, after its pulse. */
  readonly answersOpen: boolean;
  readonly detect: Detect;
  /** @throws Error (a bug) for a request the protocol does not have. */
  encode(request: BoardRequest): Buffer;
  /** @returns undefined for a whole frame that says nothing to us, such as our own request come back. */
  decode(frame: Uint8Array): BoardFrame | undefined;
  /** Whether a frame is what was asked for. */
  answers(request: BoardRequest, frame: BoardFrame): boolean;
}

/** Whether a frame is what was asked for, where answers name what they answer: the command, and the lock if there was one. */
export function namesRequest(request: BoardRequest, frame: BoardFrame): boolean {
  if (request.board !== frame.board) return false;
  switch (request.kind) {
    case "open":
      return frame.kind === "opened" && frame.lock === request.lock;
    case "open-all":
      return frame.kind === "opened" && frame.lock === 0;
    case "read-board":
      return frame.kind === "board";
    case "read-lock":
      return frame.kind === "lock" && frame.lock === request.lock;
  }
}

/** The low `count` bits of bytes that begin with lock 1 in the lowest bit of the first. */
export function bitsOf(bytes: readonly number[], count: number): readonly Bit[] {
  return Array.from({ length: count }, (_, index) => ((((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1 ? 1 : 0));
}

/** XOR of the bytes from `start` up to `end`. */
export function xorOf(bytes: Uint8Array, start: number, end: number): number {
  let check = 0;
  for (let index = start; index < end; index += 1) check ^= bytes[index] ?? 0;
  return check;
}

/** The low byte of the sum of the bytes from `start` up to `end`. */
export function sumOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let index = start; index < end; index += 1) sum += bytes[index] ?? 0;
  return sum & 0xff;
}

/** A shape that a frame may have from where it begins. */
export interface Shape {
  readonly length: number;
  /** Looks at bytes that are there already. False: it will never be this one. */
  fits(bytes: Uint8Array, start: number, end: number): boolean;
  /** Looks at the whole frame. */
  isWhole(bytes: Uint8Array, start: number): boolean;
}

/**
 * Picks among shapes that begin alike. The longest wins: a short one may stand inside a long one by chance, never the
 * other way round. While a longer one may still come, the shorter waits for it, or for silence.
 *
 * @param shapes  the longest first.
 */
export function longestOf(shapes: readonly Shape[], bytes: Uint8Array, start: number, look: Look): number {
  const { end, isFinal } = look;
  let isWaiting = false;
  for (const shape of shapes) {
    if (!shape.fits(bytes, start, end)) continue;
    if (start + shape.length > end) {
      isWaiting = true;
    } else if (shape.isWhole(bytes, start)) {
      return isWaiting && !isFinal ? MORE : shape.length;
    }
  }
  return isWaiting && !isFinal ? MORE : 0;
}
