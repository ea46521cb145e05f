import { randomBytes } from "node:crypto";
import fs from "node:fs";

import { replaceFileSync } from "@outpost/kernel/durable-file.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

import type { JournalFile } from "./journal-file.ts";
import { isStream } from "./schema.ts";

/**
 * What the anchor file says about the journal beside it: its epoch, the mark of its last opening, and how far its
 * counters were at least.
 */
export interface Anchor {
  readonly epoch: string;
  readonly generation: string;
  readonly nextSequences: Readonly<Partial<Record<Stream, number>>>;
}

const MAX_ANCHOR_BYTES = 4_096;
/** Two 128-bit ids in a row. */
const HEX_128 = /^[0-9a-f]{64}$/;

/** @returns undefined where there is none, or none that can be read. */
export function readAnchor(file: string): Anchor | undefined {
  if (!fs.existsSync(file) || fs.statSync(file).size > MAX_ANCHOR_BYTES) return undefined;
  try {
    return parseAnchor(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    // Whatever stands there was not written by us whole: as good as no anchor, which begins a new epoch.
    return undefined;
  }
}

/** By hand, because zod would cost this thread's heap more than all else the journal loads. */
function parseAnchor(value: unknown): Anchor | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("epoch" in value && "generation" in value && "nextSequences" in value)) return undefined;
  const { epoch, generation, nextSequences } = value;
  if (typeof epoch !== "string" || typeof generation !== "string" || !HEX_128.test(epoch + generation))
    return undefined;
  if (typeof nextSequences !== "object" || nextSequences === null) return undefined;
  const counters: Partial<Record<Stream, number>> = {};
  for (const [name, next] of Object.entries(nextSequences)) {
    if (!isStream(name) || !Number.isSafeInteger(next) || next < 1) return undefined;
    counters[name] = next;
  }
  return { epoch, generation, nextSequences: counters };
}

/** Writes how the journal stands now into the anchor file. */
export function writeAnchor(file: string, journal: JournalFile, generation: string): void {
  const { epoch, tallies } = journal.ledger.current;
  const nextSequences = Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.nextSequence]));
  replaceFileSync(file, `${JSON.stringify({ epoch, generation, nextSequences } satisfies Anchor)}\n`);
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
  return STREAMS.some((name) => (anchor.nextSequences[name] ?? 1) > (entry.tallies.get(name)?.nextSequence ?? 1));
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
