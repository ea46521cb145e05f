import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { stream as streamName } from "@outpost/wire/identifiers.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { expect, it } from "vitest";
import { z } from "zod";

import { openHere, readAll, scratchDirectory } from "./testing/scratch.ts";

const ROUNDS = 8;
const WRITER = fileURLToPath(new URL("./testing/writer-process.ts", import.meta.url));
const acknowledgement = z.object({ stream: streamName, first: z.int(), sequences: z.array(z.int()) });

it("holds every acknowledged row, in order and without a gap, after kill -9 at random moments", async () => {
  const directory = scratchDirectory();
  const acknowledged = new Map<Stream, Map<number, number>>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const ranMs = 20 + Math.random() * 400;
    for (const { stream, first, sequences } of await writeUntilKilled(directory, round * 1_000_000 + 1, ranMs)) {
      const known = acknowledged.get(stream) ?? new Map<number, number>();
      acknowledged.set(stream, known);
      for (const [index, sequence] of sequences.entries()) known.set(sequence, first + index);
    }
    await using journal = await openHere(directory);
    expect(journal.quarantined).toBeUndefined();
    const { epoch, epochs } = await journal.status();
    expect(epochs).toHaveLength(1);
    for (const [stream, known] of acknowledged) {
      const rows = await readAll(journal, epoch, stream);
      expect(rows.map((row) => row.sequence)).toEqual(rows.map((_, index) => index + 1));
      for (const [sequence, number] of known) expect(rows[sequence - 1]?.recordedAtMs).toBe(number);
      // The state row was written in the transaction of the newest row, acknowledged or not.
      const last = await journal.loadState(`last/${stream}`);
      expect(last.get(`last/${stream}`)).toBe(String(rows.at(-1)?.recordedAtMs));
    }
  }
  expect([...acknowledged.keys()]).toEqual(expect.arrayContaining(["alarm", "occurrence", "measurement"]));
}, 300_000);

async function writeUntilKilled(
  directory: string,
  firstNumber: number,
  ranMs: number,
): Promise<z.infer<typeof acknowledgement>[]> {
  const child = spawn(process.execPath, [WRITER, directory, String(firstNumber)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: z.infer<typeof acknowledgement>[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === "ready") setTimeout(() => child.kill("SIGKILL"), ranMs);
    // The last line may have been cut by the kill.
    else if (line.endsWith("}")) lines.push(acknowledgement.parse(JSON.parse(line)));
  }
  return lines;
}
