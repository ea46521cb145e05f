import { bitsOf, longestOf, MORE, type BoardFrame, type BoardRequest, type LockCodec, type Shape } from "./codec.ts";
import { kerongFrame, kerongShape, STX } from "./kerong-frame.ts";

const READ = 0x60;
const OPEN = 0x61;
const REPLY = 0x75;
/** In place of a lock: all of them. */
const ALL = 0x30;
const ACKNOWLEDGED = kerongShape(6);

/** `02 ADDR LOCK 75 locks… sensors… 03 SUM`: a byte for eight locks, then as many for their sensors. */
function statusShape(ways: number): Shape {
  return kerongShape(6 + ways / 4);
}

const SHAPES_OF: ReadonlyMap<number, readonly Shape[]> = new Map(
  [24, 48].map((ways) => [ways, [statusShape(ways), ACKNOWLEDGED]]),
);
const ANY_SHAPE: readonly Shape[] = [statusShape(48), statusShape(24), ACKNOWLEDGED];

/** Kerong CU24 and CU48: `02 ADDR LOCK CMD 03 SUM`, locks from 0. */
export const kerongCu48: LockCodec = {
  protocol: "kerong-cu48",
  answersOpen: false,
  encode(request) {
    const { board } = request;
    switch (request.kind) {
      case "open":
        return kerongFrame(board, request.lock - 1, OPEN);
      case "open-all":
        return kerongFrame(board, ALL, OPEN);
      case "read-board":
        return kerongFrame(board, 0, READ);
      case "read-lock":
        return kerongFrame(board, request.lock - 1, READ);
    }
  },
  detect(bytes, start, look) {
    if (bytes[start] !== STX) return 0;
    if (start + 3 >= look.end) return look.isFinal ? 0 : MORE;
    if (bytes[start + 3] !== REPLY) return 0;
    const ways = look.waysOf(bytes[start + 1] ?? 0);
    const shapes = (ways === undefined ? undefined : SHAPES_OF.get(ways)) ?? ANY_SHAPE;
    return longestOf(shapes, bytes, start, look);
  },
  decode(frame): BoardFrame {
    const [, board = 0, lock = 0] = frame;
    if (frame.length === ACKNOWLEDGED.length) return { kind: "opened", board, lock: lock === ALL ? 0 : lock + 1 };
    const groups = (frame.length - ACKNOWLEDGED.length) / 2;
    const locks = [...frame.subarray(4, 4 + groups)];
    const sensors = [...frame.subarray(4 + groups, 4 + groups * 2)];
    return {
      kind: "board",
      board,
      bits: bitsOf(locks, groups * 8),
      occupied: bitsOf(sensors, groups * 8),
      echo: lock + 1,
    };
  },
  answers(request: BoardRequest, frame: BoardFrame) {
    if (request.board !== frame.board) return false;
    switch (request.kind) {
      case "read-board":
        return frame.kind === "board" && frame.echo === 1;
      case "read-lock":
        return frame.kind === "board" && frame.echo === request.lock;
      case "open":
        return frame.kind === "opened" && frame.lock === request.lock;
      case "open-all":
        return frame.kind === "opened" && frame.lock === 0;
    }
  },
};
