import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { onTestFinished } from "vitest";

import type { Entry, Journal } from "../journal.ts";
import { DEFAULT_LIMITS, divideSpace } from "../limits.ts";
import { openJournal, type OpenJournalOptions } from "../open-journal.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { openFile } from "../store/open-file.ts";
import { PAGE_BYTES } from "../store/schema.ts";

/** A directory of its own for the running test. */
export function scratchDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "outpost journal-"));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A journal as the gateway opens one, but quiet. */
export async function openHere(directory: string, options: Partial<OpenJournalOptions> = {}): Promise<Journal> {
  return openJournal({
    directory,
    maxBytes: 256 * 2 ** 20,
    keepDays: 30,
    clock: systemClock,
    log: silentLog,
    ...options,
  });
}

/** The file alone, without worker, for tests of what lies in it. */
export function openFileHere(directory: string): JournalFile {
  const { walBytes } = divideSpace(256 * 2 ** 20, Infinity);
  const place = { directory, limits: DEFAULT_LIMITS, walPages: walBytes / PAGE_BYTES };
  const { file } = openFile(place, 0);
  onTestFinished(() => file[Symbol.dispose]());
  return file;
}

/** An entry whose body says which it is. */
export function entry(stream: Stream, number: number, more: Partial<Entry> = {}): Entry {
  return { stream, recordedAtMs: 1_000 + number, lane: "ps1", body: JSON.stringify({ number }), ...more };
}

/** All rows of a stream, read as the uplink does. */
export async function readAll(
  journal: Journal,
  epoch: string,
  stream: Stream,
): Promise<{ sequence: number; recordedAtMs: number; body: string }[]> {
  const rows: { sequence: number; recordedAtMs: number; body: string }[] = [];
  for (;;) {
    const after = rows.at(-1)?.sequence ?? 0;
    const more = await journal.read({ epoch, stream, after, maxRows: 500, maxBytes: 2 ** 20 });
    if (more.length === 0) return rows;
    rows.push(...more);
  }
}
