import type { CodecCase } from "../../testing/codec-case.ts";
import { signDialect } from "../dialect/settings.ts";
import { parseState } from "../dialect/state.ts";

const FRAMES = 400;
const NEWLINE = 0x0a;

/** States as signs send them, one a line; a request or message carries each of them whole. */
const states = Array.from({ length: FRAMES }, (_, index) => ({
  showing: index % 7 === 0 ? null : `text-${(index * 7_919).toString(16).padStart(12, "0")}`,
  brightness: index % 101,
  temperature: (index % 600) / 10 - 10,
  uptime: index * 977,
  fault: index % 50 === 49 ? "lamp" : false,
  firmware: "2.4.1",
}));

const own = signDialect.parse({});
const nested = signDialect.parse({
  state: { showing: "panel.content.id", brightness: { at: "panel.light", scale: 0.4 }, fault: "panel.errors" },
});

export const codecCases: readonly CodecCase[] = [
  codecCase("a sign's state", states, (line) => parseState(line, own).figures.uptime.kind === "value"),
  codecCase(
    "a sign's state in another maker's places",
    states.map(({ showing, brightness }) => ({ panel: { content: { id: showing }, light: brightness, errors: [] } })),
    (line) => parseState(line, nested).figures.brightness.kind === "value",
  ),
];

function codecCase(name: string, items: readonly object[], isGood: (line: Buffer) => boolean): CodecCase {
  return {
    name,
    bytes: Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join("")),
    frames: items.length,
    parse(bytes) {
      let found = 0;
      for (let start = 0; start < bytes.length;) {
        const end = bytes.indexOf(NEWLINE, start);
        if (isGood(bytes.subarray(start, end))) found += 1;
        start = end + 1;
      }
      return found;
    },
  };
}
