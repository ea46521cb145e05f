import { MORE, namesRequest, xorOf, type Bit, type BoardFrame, type BoardRequest, type LockCodec } from "./codec.ts";

/** "WKLY" in ASCII. */
const HEADER = [0x57, 0x4b, 0x4c, 0x59] as const;
const MIN_BYTES = 8;
/** 48 locks and what is around them. */
const MAX_BYTES = 58;
const OPEN = 0x82;
const READ_LOCK = 0x83;
const READ_BOARD = 0x84;
const PUSHED = 0x85;
const OPEN_ALL = 0x86;
const OK = 0x00;
const FAILED = 0xff;

const COMMANDS: Readonly<Record<number, BoardRequest["kind"]>> = {
  [OPEN]: "open",
  [READ_LOCK]: "read-lock",
  [READ_BOARD]: "read-board",
  [OPEN_ALL]: "open-all",
};

/**
 * The family whose frames begin with "WKLY" (57 4B 4C 59), 9600 baud: `57 4B 4C 59 LEN BOARD CMD … XOR`, LEN the whole
 * frame. A byte 57 inside a header that turned out to be none may begin the true one.
 */
export const wkly: LockCodec = {
  protocol: "wkly",
  answersOpen: true,
  encode(request) {
    const { board } = request;
    switch (request.kind) {
      case "open":
        return frameOf(board, OPEN, request.lock);
      case "open-all":
        return frameOf(board, OPEN_ALL);
      case "read-board":
        return frameOf(board, READ_BOARD);
      case "read-lock":
        return frameOf(board, READ_LOCK, request.lock);
    }
  },
  detect(bytes, start, look) {
    const { end } = look;
    const more = look.isFinal ? 0 : MORE;
    for (let index = 0; index < HEADER.length; index += 1) {
      if (start + index >= end) return more;
      if (bytes[start + index] !== HEADER[index]) return 0;
    }
    const length = bytes[start + HEADER.length];
    if (length === undefined || start + HEADER.length >= end) return more;
    if (length < MIN_BYTES || length > MAX_BYTES) return 0;
    if (start + length > end) return more;
    return xorOf(bytes, start, start + length) === 0 ? length : 0;
  },
  decode(frame) {
    const board = frame[5] ?? 0;
    const command = frame[6] ?? 0;
    const data = frame.subarray(7, -1);
    if (command === PUSHED) return data.length === 2 ? stateFrame("pushed", board, data[0], data[1]) : undefined;
    const asked = COMMANDS[command];
    // Without data, or with a lock alone, it is a request: another master's, or our own come back.
    if (asked === undefined || data.length === 0 || (data.length === 1 && asked !== "open-all" && data[0] !== FAILED)) {
      return undefined;
    }
    const [status, first, second] = data;
    if (status === FAILED) return { kind: "failed", board, command: asked };
    if (status !== OK) return undefined;
    return answerFrame(asked, board, data, [first, second]);
  },
  answers: namesRequest,
};

type Byte = number | undefined;

function answerFrame(
  asked: BoardRequest["kind"],
  board: number,
  data: Uint8Array,
  [first, second]: readonly [Byte, Byte],
): BoardFrame | undefined {
  switch (asked) {
    case "open":
      return data.length === 3 && first !== undefined ? { kind: "opened", board, lock: first } : undefined;
    case "open-all":
      return { kind: "opened", board, lock: 0 };
    case "read-lock":
      return data.length === 3 ? stateFrame("lock", board, first, second) : undefined;
    case "read-board":
      return data.length === 2 + (first ?? 0) ? boardFrame(board, [...data.subarray(2)]) : undefined;
  }
}

function stateFrame(kind: "lock" | "pushed", board: number, lock: Byte, state: Byte): BoardFrame | undefined {
  return lock !== undefined && isBit(state) ? { kind, board, lock, bit: state } : undefined;
}

function boardFrame(board: number, states: readonly number[]): BoardFrame | undefined {
  const bits = states.filter(isBit);
  if (bits.length !== states.length || bits.length === 0) return undefined;
  return { kind: "board", board, bits, occupied: undefined, echo: 1 };
}

function isBit(state: Byte): state is Bit {
  return state === 0 || state === 1;
}

function frameOf(board: number, command: number, ...data: readonly number[]): Buffer {
  const frame = Buffer.from([...HEADER, MIN_BYTES + data.length, board, command, ...data, 0]);
  frame[frame.length - 1] = xorOf(frame, 0, frame.length - 1);
  return frame;
}
