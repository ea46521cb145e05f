import fc from "fast-check";

import type { Bit } from "../codecs/codec.ts";
import { PROTOCOLS, type Protocol } from "../settings.ts";
import { BOARD_PROTOCOLS } from "../simulator/board-protocol.ts";
import { Wall } from "../simulator/wall.ts";

/** Whole frames as the boards of a protocol send them, with any doors open and any parcels in. */
export function frameBytes(protocol: Protocol): fc.Arbitrary<Uint8Array> {
  const { minBoard, maxBoard, ways } = PROTOCOLS[protocol];
  const [most] = ways;
  const side = BOARD_PROTOCOLS[protocol];
  return fc
    .tuple(
      fc.integer({ min: minBoard, max: maxBoard }),
      fc.array(fc.constantFrom<Bit>(0, 1), { minLength: most, maxLength: most }),
      fc.integer({ min: 1, max: most }),
      fc.constantFrom("status", "opened", "pushed"),
    )
    .map(([board, open, lock, what]) => {
      const wall = new Wall([board], most);
      open.forEach((bit, index) => bit === 1 && wall.pry(board, index + 1));
      const door = wall.door(board, lock);
      const pushed = door === undefined ? undefined : side.pushed(door, wall);
      const opened = side.opened({ kind: "open", board, lock, seconds: 0 }, wall);
      const status = side.status({ kind: "read-board", board, echo: 0 }, wall) ?? Buffer.alloc(0);
      return (what === "pushed" ? pushed : what === "opened" ? opened : undefined) ?? status;
    });
}
