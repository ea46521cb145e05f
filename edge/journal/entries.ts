import assert from "node:assert/strict";

import { MAX_RECORD_BYTES } from "@outpost/wire/batch.ts";

import { JournalError } from "./errors.ts";
import type { Entry } from "./journal.ts";

const MAX_LANE_CHARS = 256;
const MAX_KEY_CHARS = 512;
/** One request to the worker holds at most so much; a larger call becomes several, in order. */
const MAX_REQUEST_ENTRIES = 1_000;
const MAX_REQUEST_CHARS = 1024 * 1024;

/** Part of a call, as one request to the worker. */
export interface EntryPart {
  readonly entries: readonly Entry[];
  readonly chars: number;
  readonly mustKeep: boolean;
}

/**
 * Checks entries before they are queued.
 *
 * @throws JournalError `journal/too-large`.
 */
export function checkEntries(entries: readonly Entry[]): void {
  for (const { body, lane, dedupeKey = "", state } of entries) {
    assert(!body.includes("\n"), "a body is JSON text on one line: the wire ends a record with a line break");
    assert(lane.length <= MAX_LANE_CHARS, "a lane is a short name");
    if (body.length > MAX_RECORD_BYTES) {
      throw new JournalError("journal/too-large", `a body of ${body.length} characters, at most ${MAX_RECORD_BYTES}`);
    }
    if (dedupeKey.length > MAX_KEY_CHARS) {
      throw new JournalError("journal/too-large", `a key of ${dedupeKey.length} characters, at most ${MAX_KEY_CHARS}`);
    }
    if (state !== undefined) checkState(state);
  }
}

/** @throws JournalError `journal/too-large` where a state row's key or value is over its limit. */
export function checkState(rows: Readonly<Record<string, string | null>>): void {
  for (const [key, value] of Object.entries(rows)) {
    if (key.length <= MAX_KEY_CHARS && (value?.length ?? 0) <= MAX_RECORD_BYTES) continue;
    throw new JournalError("journal/too-large", `state row ${key.slice(0, 64)} has ${value?.length ?? 0} characters`);
  }
}

/** Splits a call into requests of a bounded size; entries that belong together stay together. */
export function splitEntries(entries: readonly Entry[]): EntryPart[] {
  const parts: EntryPart[] = [];
  let start = 0;
  let chars = 0;
  // Counted, not iterated: nearly every call is a few entries, thousands of calls a second.
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index];
    assert(entry !== undefined, "the index is one of the entries");
    const isFull = index - start >= MAX_REQUEST_ENTRIES || chars + entry.body.length > MAX_REQUEST_CHARS;
    if (isFull && index > start && entry.joinsPrevious !== true) {
      parts.push(partOf(entries.slice(start, index), chars));
      start = index;
      chars = 0;
    }
    chars += entry.body.length;
  }
  if (start < entries.length) parts.push(partOf(start === 0 ? entries : entries.slice(start), chars));
  return parts;
}

function partOf(entries: readonly Entry[], chars: number): EntryPart {
  return { entries, chars, mustKeep: entries.some(({ stream }) => stream === "alarm" || stream === "result") };
}
