/** A process that writes until it is killed. Prints a line for each call that was acknowledged. */
import fs from "node:fs";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import type { Stream } from "@outpost/wire/streams.ts";

import { openJournal } from "../open-journal.ts";

const [directory = "", firstNumber = "1"] = process.argv.slice(2);
const journal = await openJournal({
  directory,
  maxBytes: 256 * 2 ** 20,
  keepDays: 30,
  clock: systemClock,
  log: silentLog,
});
fs.writeSync(1, "ready\n");
let number = Number(firstNumber);
await Promise.all([write("alarm", 1), write("occurrence", 20), write("measurement", 50), write("occurrence", 3)]);

async function write(stream: Stream, size: number): Promise<never> {
  for (;;) {
    const first = (number += size) - size;
    const written = await journal.append(
      Array.from({ length: size }, (_, index) => ({
        stream,
        recordedAtMs: first + index,
        lane: "ps1",
        body: JSON.stringify({ number: first + index, filling: "x".repeat(200) }),
        state: { [`last/${stream}`]: String(first + index) },
      })),
    );
    const sequences = written.map((one) => (one.kind === "written" ? one.sequence : 0));
    fs.writeSync(1, `${JSON.stringify({ stream, first, sequences })}\n`);
  }
}
