import assert from "node:assert/strict";

import {
  bitsOf,
  longestOf,
  MORE,
  namesRequest,
  xorOf,
  type BoardFrame,
  type BoardRequest,
  type LockCodec,
  type Shape,
} from "./codec.ts";

const OPEN = 0x8a;
const STATUS = 0x80;
const OPEN_MARK = 0x11;
const READ_MARK = 0x33;
/** A lock's state: 11 and 00, whose meaning depends on the feedback switch. */
const STATE_ONE = 0x11;
const STATE_ZERO = 0x00;
const MAX_LOCK = 32;
const SHORT_BYTES = 5;
const MAX_SECONDS = 9;

/**
 * The 8A/80 family with an XOR check, 9600 baud: boards of 16, 24 and 32 locks, sold under many names.
 *
 * The answer with a whole board's bits and the one about a single lock begin alike, and their lengths are nowhere in
 * them: which it is follows from how many locks the board has and where its mark 33 stands.
 */
export const xor: LockCodec = {
  protocol: "xor",
  answersOpen: true,
  encode(request) {
    switch (request.kind) {
      case "open":
        return openFrame(request);
      case "open-all":
        return checked([OPEN, request.board, 0, OPEN_MARK]);
      case "read-board":
        return checked([STATUS, request.board, 0, READ_MARK]);
      case "read-lock":
        return checked([STATUS, request.board, request.lock, READ_MARK]);
    }
  },
  detect(bytes, start, look) {
    const head = bytes[start];
    if (head === OPEN) return longestOf([SHORT], bytes, start, look);
    if (head !== STATUS) return 0;
    if (start + 1 >= look.end) return look.isFinal ? 0 : MORE;
    return longestOf(shapesFor(look.waysOf(bytes[start + 1] ?? 0)), bytes, start, look);
  },
  decode(frame) {
    const [head = 0, board = 0, lock = 0, state = 0] = frame;
    if (frame.length > SHORT_BYTES) return boardFrame(frame, board);
    if (head === OPEN) return { kind: "opened", board, lock };
    return { kind: "lock", board, lock, bit: state === STATE_ONE ? 1 : 0 };
  },
  answers: namesRequest,
};

const SHORT: Shape = {
  length: SHORT_BYTES,
  fits(bytes, start, end) {
    if (start + 2 < end && !hasLock(bytes[start] ?? 0, bytes[start + 2] ?? 0)) return false;
    const state = bytes[start + 3];
    return start + 3 >= end || state === STATE_ONE || state === STATE_ZERO;
  },
  isWhole: (bytes, start) => xorOf(bytes, start, start + SHORT_BYTES) === 0,
};

/** `80 board groups… 33 bcc`, the highest eight locks first. */
function boardShape(ways: number): Shape {
  const length = ways / 8 + 4;
  return {
    length,
    fits: (bytes, start, end) => start + length - 2 >= end || bytes[start + length - 2] === READ_MARK,
    isWhole: (bytes, start) => xorOf(bytes, start, start + length) === 0,
  };
}

const SHAPES_OF: ReadonlyMap<number, readonly Shape[]> = new Map(
  [16, 24, 32].map((ways) => [ways, [boardShape(ways), SHORT]]),
);
const ANY_SHAPE: readonly Shape[] = [boardShape(32), boardShape(24), boardShape(16), SHORT];

function shapesFor(ways: number | undefined): readonly Shape[] {
  return (ways === undefined ? undefined : SHAPES_OF.get(ways)) ?? ANY_SHAPE;
}

function hasLock(head: number, lock: number): boolean {
  return lock <= MAX_LOCK && (lock > 0 || head === OPEN);
}

function openFrame({ board, lock, seconds }: Extract<BoardRequest, { readonly kind: "open" }>): Buffer {
  if (seconds === undefined) return checked([OPEN, board, lock, OPEN_MARK]);
  assert(Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS, "1 to 9 whole seconds");
  return checked([OPEN, board, lock, OPEN_MARK, seconds]);
}

function boardFrame(frame: Uint8Array, board: number): BoardFrame {
  const groups = [...frame.subarray(2, -2)].toReversed();
  return { kind: "board", board, bits: bitsOf(groups, groups.length * 8), occupied: undefined, echo: 1 };
}

function checked(bytes: readonly number[]): Buffer {
  const frame = Buffer.from([...bytes, 0]);
  frame[bytes.length] = xorOf(frame, 0, bytes.length);
  return frame;
}
