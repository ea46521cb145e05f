import type { CodecCase } from "../../testing/codec-case.ts";
import { FrameParser, encodeFrame, parseAnswer } from "../codec.ts";
import { decodeItem, encodeItem } from "../items/item-value.ts";
import { ITEMS, ITEM_IDS, type ItemId } from "../items/items.ts";
import { answerData } from "../simulator/meter.ts";

const FRAMES = 1_000;
/** As serial servers pass a line on. */
const PIECE_BYTES = 48;

/** Answers of several meters to all items in turn, with wake-up bytes. */
function answers(): Buffer {
  const frames = Array.from({ length: FRAMES }, (_, count) => {
    const id = ITEM_IDS[count % ITEM_IDS.length] ?? "energy";
    const value = (count * 7 + 0.25) % 70;
    const item = encodeItem(ITEMS[id].unit === "" ? 0.9 : value, ITEMS[id]);
    const address = String(202_411_110_000 + (count % 30)).padStart(12, "0");
    return encodeFrame({ address, control: 0x91, data: answerData(ITEMS[id].identifier, item) });
  });
  return Buffer.concat(frames);
}

const IDS_BY_IDENTIFIER = new Map<string, ItemId>(ITEM_IDS.map((id) => [ITEMS[id].identifier, id]));

export const codecCases: readonly CodecCase[] = [
  {
    name: "DL/T 645 answers to their values",
    bytes: answers(),
    frames: FRAMES,
    parse(bytes) {
      const parser = new FrameParser();
      let values = 0;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        for (const frame of parser.push(bytes.subarray(at, at + PIECE_BYTES))) {
          const answer = parseAnswer(frame);
          if (answer?.kind !== "data") continue;
          const id = IDS_BY_IDENTIFIER.get(answer.identifier);
          if (id !== undefined && decodeItem(answer.payload, ITEMS[id]).kind === "value") values += 1;
        }
      }
      return values;
    },
  },
];
