import type { CodecCase } from "../../testing/codec-case.ts";
import { CODECS } from "../codecs/codecs.ts";
import { FrameStream } from "../codecs/frame-stream.ts";
import { PROTOCOL_NAMES, PROTOCOLS, type Protocol } from "../settings.ts";
import { BOARD_PROTOCOLS } from "../simulator/board-protocol.ts";
import { Wall } from "../simulator/wall.ts";

const FRAMES = 2_000;
const PIECE_BYTES = 64;

/** Each protocol's frames as a polled bus carries them: mostly boards, now and then an opened or a closed door. */
export const codecCases: readonly CodecCase[] = PROTOCOL_NAMES.map(caseOf);

function caseOf(protocol: Protocol): CodecCase {
  const { minBoard, ways } = PROTOCOLS[protocol];
  const frames = framesOf(protocol, minBoard, ways[0]);
  return {
    name: `locker ${protocol}`,
    bytes: Buffer.concat(frames),
    frames: frames.length,
    parse(bytes) {
      const stream = new FrameStream(CODECS[protocol], () => ways[0]);
      let found = 0;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES)
        found += stream.push(bytes.subarray(at, at + PIECE_BYTES)).length;
      return found + stream.endOfSilence().length;
    },
  };
}

function framesOf(protocol: Protocol, board: number, ways: number): readonly Buffer[] {
  const side = BOARD_PROTOCOLS[protocol];
  const wall = new Wall([board], ways);
  const frames: Buffer[] = [];
  for (let turn = 0; frames.length < FRAMES; turn += 1) {
    const lock = (turn % ways) + 1;
    if (turn % 3 === 0) wall.pry(board, lock);
    else wall.close(board, lock);
    const door = wall.door(board, lock);
    const opened = turn % 7 === 0 ? side.opened({ kind: "open", board, lock, seconds: 0 }, wall) : undefined;
    const pushed = turn % 5 === 0 && door !== undefined ? side.pushed(door, wall) : undefined;
    const status = side.status({ kind: "read-board", board, echo: 0 }, wall);
    frames.push(...[opened, pushed, status].filter((frame) => frame !== undefined));
  }
  return frames;
}
