import assert from "node:assert/strict";

import { bitsOf, longestOf, MORE, type BoardFrame, type BoardRequest, type LockCodec, type Shape } from "./codec.ts";
import { kerongFrame, kerongShape, STX } from "./kerong-frame.ts";

const READ_BOARD = 0x30;
const OPEN = 0x31;
const OPEN_ALL = 0x33;
const STATUS = 0x35;
const LOCKS = 16;

/** What these boards answer to an open is not written down anywhere, and nothing depends on it. */
const SHAPES: readonly Shape[] = [kerongShape(9)];

/**
 * Kerong CU12 and CU16, 19200 baud or TCP port 5000: `02 ADDR CMD … 03 SUM`, ADDR with the board in its high and the
 * lock, from 0, in its low four bits.
 */
export const kerongCu16: LockCodec = {
  protocol: "kerong-cu16",
  answersOpen: false,
  encode(request) {
    const { board } = request;
    switch (request.kind) {
      case "open":
        return kerongFrame((board << 4) | (request.lock - 1), OPEN);
      case "open-all":
        return kerongFrame(board << 4, OPEN_ALL);
      case "read-board":
        return kerongFrame(board << 4, READ_BOARD);
      case "read-lock":
        return assert.fail("these boards know no question about a single lock");
    }
  },
  detect(bytes, start, look) {
    if (bytes[start] !== STX) return 0;
    if (start + 2 >= look.end) return look.isFinal ? 0 : MORE;
    return bytes[start + 2] === STATUS ? longestOf(SHAPES, bytes, start, look) : 0;
  },
  decode(frame): BoardFrame {
    const [, address = 0, , hooksLow = 0, hooksHigh = 0, sensorsLow = 0, sensorsHigh = 0] = frame;
    const board = address >> 4;
    const bits = bitsOf([hooksLow, hooksHigh], LOCKS);
    return { kind: "board", board, bits, occupied: bitsOf([sensorsLow, sensorsHigh], LOCKS), echo: 1 };
  },
  answers(request: BoardRequest, frame: BoardFrame) {
    if (request.board !== frame.board) return false;
    return request.kind === "read-board" && frame.kind === "board";
  },
};
