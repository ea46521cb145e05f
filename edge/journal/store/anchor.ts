import { randomBytes } from "node:crypto";
import fs from "node:fs";

import { hex128 } from "@outpost/wire/identifiers.ts";
import { stream } from "@outpost/wire/streams.ts";
import { z } from "zod";

import { replaceFile } from "./durable-file.ts";
import type { JournalFile } from "./journal-file.ts";

/**
 * What the anchor file says about the journal beside it: its epoch, the mark of its last opening, and how far its
 * counters were at least.
 */
const anchorShape = z.object({
  epoch: hex128,
  generation: hex128,
  nextSequences: z.partialRecord(stream, z.int().min(1)),
});
export type Anchor = z.infer<typeof anchorShape>;

const MAX_ANCHOR_BYTES = 4_096;

/** @returns undefined where there is none, or none that can be read. */
export function readAnchor(file: string): Anchor | undefined {
  if (!fs.existsSync(file) || fs.statSync(file).size > MAX_ANCHOR_BYTES) return undefined;
  try {
    return anchorShape.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    // Whatever stands there was not written by us whole: as good as no anchor, which begins a new epoch.
    return undefined;
  }
}

/** Writes how the journal stands now into the anchor file. */
export function writeAnchor(file: string, journal: JournalFile, generation: string): void {
  const { epoch, tallies } = journal.ledger.current;
  const nextSequences = Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.nextSequence]));
  replaceFile(file, `${JSON.stringify({ epoch, generation, nextSequences } satisfies Anchor)}\n`);
}

/**
 * Whether the journal is an older image of itself, put back: its numbers would be used twice. It is when the anchor's
 * mark of the last opening is not one the journal knows, or when the anchor has seen higher counters.
 */
export function isOlderThan(anchor: Anchor | undefined, journal: JournalFile): boolean {
  const known = [journal.note("generation"), journal.note("next_generation")].filter((mark) => mark !== undefined);
  if (anchor === undefined) return known.length > 0;
  if (!known.includes(anchor.generation)) return true;
  const entry = journal.ledger.find(anchor.epoch);
  if (entry === undefined) return true;
  return stream.options.some(
    (name) => (anchor.nextSequences[name] ?? 1) > (entry.tallies.get(name)?.nextSequence ?? 1),
  );
}

/**
 * Marks this opening in the journal, to be written to the anchor next. Both marks are known for a while, so that a
 * crash between the two writes is not taken for an old image.
 */
export function markOpening(journal: JournalFile, anchor: Anchor | undefined): string {
  const generation = randomBytes(16).toString("hex");
  if (anchor !== undefined) journal.setNote("generation", anchor.generation);
  journal.setNote("next_generation", generation);
  return generation;
}
