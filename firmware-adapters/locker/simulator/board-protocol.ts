import { sumOf, xorOf, type Bit } from "../codecs/codec.ts";
import type { Protocol } from "../settings.ts";
import type { SimulatedDoor, Wall } from "./wall.ts";

/** What a master asks of a board, as the board understands it. Lock 0 is all of them. */
export type Asked =
  | { readonly kind: "open"; readonly board: number; readonly lock: number; readonly seconds: number }
  | { readonly kind: "read-board"; readonly board: number; readonly echo: number }
  | { readonly kind: "read-lock"; readonly board: number; readonly lock: number };

/** A board's end of a protocol: requests from bytes, answers to bytes. Written apart from the codecs of the adapter. */
export interface BoardProtocol {
  /** Tells the length of a request that begins a stream: 0 where none does, undefined where more bytes are needed. */
  lengthOf(bytes: Buffer): number | undefined;
  parse(frame: Buffer): Asked | undefined;
  /** The answer to a question. */
  status(asked: Asked, wall: Wall): Buffer | undefined;
  /** The answer to an open, sent after its pulse; undefined where these boards give none. */
  opened(asked: Extract<Asked, { kind: "open" }>, wall: Wall): Buffer | undefined;
  /** What a board says by itself when a door moves; undefined where it says nothing. */
  pushed(door: SimulatedDoor, wall: Wall): Buffer | undefined;
}

/** The boards' side of every protocol. */
export const BOARD_PROTOCOLS: Readonly<Record<Protocol, BoardProtocol>> = {
  xor: {
    lengthOf(bytes) {
      const [head] = bytes;
      if (head !== 0x8a && head !== 0x80) return 0;
      if (bytes.length < 5) return undefined;
      if (isXorWhole(bytes, 5)) return 5;
      if (head === 0x80) return 0;
      if (bytes.length < 6) return undefined;
      return isXorWhole(bytes, 6) ? 6 : 0;
    },
    parse(frame) {
      const [head = 0, board = 0, lock = 0, mark, seconds = 0] = frame;
      if (head === 0x8a && mark === 0x11)
        return { kind: "open", board, lock, seconds: frame.length === 6 ? seconds : 0 };
      if (head !== 0x80 || mark !== 0x33) return undefined;
      return lock === 0 ? { kind: "read-board", board, echo: 0 } : { kind: "read-lock", board, lock };
    },
    status(asked, wall) {
      const { board } = asked;
      if (asked.kind === "read-board") return withXor(0x80, board, ...packed(wall.bits(board)).toReversed(), 0x33);
      const door = asked.kind === "read-lock" ? wall.door(board, asked.lock) : undefined;
      return door === undefined ? undefined : withXor(0x80, board, door.lock, xorState(wall.bitOf(door)));
    },
    opened({ board, lock }, wall) {
      const door = wall.door(board, lock === 0 ? 1 : lock);
      return door === undefined ? undefined : withXor(0x8a, board, lock, xorState(wall.bitOf(door)));
    },
    // Boards that push do so when a door is closed.
    pushed: (door, wall) =>
      door.isOpen ? undefined : withXor(0x80, door.board, door.lock, xorState(wall.bitOf(door))),
  },
  "kerong-cu16": {
    lengthOf: (bytes) => kerongLength(bytes, 5),
    parse(frame) {
      const [, address = 0, command] = frame;
      const board = address >> 4;
      if (command === 0x30) return { kind: "read-board", board, echo: 0 };
      if (command === 0x31) return { kind: "open", board, lock: (address & 0x0f) + 1, seconds: 0 };
      return command === 0x33 ? { kind: "open", board, lock: 0, seconds: 0 } : undefined;
    },
    status(asked, wall) {
      const address = asked.board << 4;
      return withSum(
        0x02,
        address,
        0x35,
        ...packed(wall.bits(asked.board)),
        ...packed(wall.sensors(asked.board)),
        0x03,
      );
    },
    opened: () => undefined,
    pushed: () => undefined,
  },
  "kerong-cu48": {
    lengthOf: (bytes) => kerongLength(bytes, 6),
    parse(frame) {
      const [, board = 0, lock = 0, command] = frame;
      if (command === 0x60) return { kind: "read-board", board, echo: lock };
      if (command !== 0x61) return undefined;
      return { kind: "open", board, lock: lock === 0x30 ? 0 : lock + 1, seconds: 0 };
    },
    status(asked, wall) {
      if (asked.kind !== "read-board") return undefined;
      const { board, echo } = asked;
      return withSum(0x02, board, echo, 0x75, ...packed(wall.bits(board)), ...packed(wall.sensors(board)), 0x03);
    },
    opened: () => undefined,
    pushed: () => undefined,
  },
  wkly: {
    lengthOf(bytes) {
      const header = Buffer.from("WKLY");
      if (!bytes.subarray(0, 4).equals(header.subarray(0, bytes.length))) return 0;
      const length = bytes[4];
      if (length === undefined) return undefined;
      if (length < 8 || length > 16) return 0;
      if (bytes.length < length) return undefined;
      return isXorWhole(bytes, length) ? length : 0;
    },
    parse(frame) {
      const [board = 0, command, lock = 0] = frame.subarray(5);
      if (command === 0x82 && frame.length === 9) return { kind: "open", board, lock, seconds: 0 };
      if (command === 0x83 && frame.length === 9) return { kind: "read-lock", board, lock };
      if (command === 0x84 && frame.length === 8) return { kind: "read-board", board, echo: 0 };
      return command === 0x86 && frame.length === 8 ? { kind: "open", board, lock: 0, seconds: 0 } : undefined;
    },
    status(asked, wall) {
      const { board } = asked;
      if (asked.kind === "read-board") return wklyFrame(board, 0x84, 0x00, wall.ways, ...wall.bits(board));
      if (asked.kind !== "read-lock") return undefined;
      const door = wall.door(board, asked.lock);
      if (door === undefined) return wklyFrame(board, 0x83, 0xff);
      return wklyFrame(board, 0x83, 0x00, door.lock, wall.bitOf(door));
    },
    opened({ board, lock }, wall) {
      if (lock === 0) return wklyFrame(board, 0x86, 0x00);
      const door = wall.door(board, lock);
      if (door === undefined) return wklyFrame(board, 0x82, 0xff);
      return wklyFrame(board, 0x82, 0x00, lock, wall.bitOf(door));
    },
    pushed: (door, wall) => wklyFrame(door.board, 0x85, door.lock, wall.bitOf(door)),
  },
};

function xorState(bit: Bit): number {
  return bit === 1 ? 0x11 : 0x00;
}

function isXorWhole(bytes: Buffer, length: number): boolean {
  return xorOf(bytes, 0, length) === 0;
}

function kerongLength(bytes: Buffer, length: number): number | undefined {
  if (bytes[0] !== 0x02) return 0;
  if (bytes.length < length) return undefined;
  const isWhole = bytes[length - 2] === 0x03 && bytes[length - 1] === sumOf(bytes, 0, length - 1);
  return isWhole ? length : 0;
}

function packed(bits: readonly Bit[]): readonly number[] {
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, () => 0);
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7));
  });
  return bytes;
}

function withXor(...bytes: readonly number[]): Buffer {
  const frame = Buffer.from(bytes);
  return Buffer.concat([frame, Buffer.of(xorOf(frame, 0, frame.length))]);
}

function withSum(...bytes: readonly number[]): Buffer {
  const frame = Buffer.from(bytes);
  return Buffer.concat([frame, Buffer.of(sumOf(frame, 0, frame.length))]);
}

function wklyFrame(board: number, command: number, ...data: readonly number[]): Buffer {
  return withXor(0x57, 0x4b, 0x4c, 0x59, 8 + data.length, board, command, ...data);
}
