import fs from "node:fs";
import path from "node:path";

import { syncDirectory } from "@outpost/kernel/durable-file.ts";
import Database from "better-sqlite3";

/** A damaged journal file and why it was put aside. `path`: where it lies now, or where a missing one should be. */
export interface Quarantine {
  readonly path: string;
  readonly reason: string;
}

const COMPANIONS = ["", "-wal", "-shm"];
const MAX_SALVAGED_ROWS = 100_000;

/**
 * Renames a journal file with its log to `<file>.damaged-<n>`, and deletes the oldest such files beyond `maxKept`.
 *
 * @returns the new path, or `file` where there was nothing to rename.
 */
export function putAside(file: string, maxKept: number): string {
  const directory = path.dirname(file);
  const numbers = quarantineNumbers(file);
  const aside = `${file}.damaged-${(numbers.at(-1) ?? 0) + 1}`;
  const present = COMPANIONS.filter((suffix) => fs.existsSync(file + suffix));
  if (present.length === 0) return file;
  for (const suffix of present) fs.renameSync(file + suffix, aside + suffix);
  for (const number of numbers.slice(0, Math.max(0, numbers.length + 1 - maxKept))) removeQuarantined(file, number);
  syncDirectory(directory);
  return aside;
}

/** Deletes every damaged file kept beside `file`. @returns whether there was one. */
export function dropQuarantined(file: string): boolean {
  const numbers = quarantineNumbers(file);
  for (const number of numbers) removeQuarantined(file, number);
  return numbers.length > 0;
}

/** The state rows of a damaged file, as far as they can still be read. Never throws. */
export function salvageState(file: string): Map<string, string> {
  const rows = new Map<string, string>();
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      const query = db.prepare<[number], { key: unknown; value: unknown }>("SELECT key, value FROM state LIMIT ?");
      for (const { key, value } of query.iterate(MAX_SALVAGED_ROWS)) {
        if (typeof key === "string" && typeof value === "string") rows.set(key, value);
      }
    } finally {
      db.close();
    }
  } catch {
    // What was read before the damage is what there is.
  }
  return rows;
}

/** The numbers of damaged files kept, ascending. A counter, because the clock may stand in 1970. */
function quarantineNumbers(file: string): number[] {
  const prefix = `${path.basename(file)}.damaged-`;
  return fs
    .readdirSync(path.dirname(file))
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((number) => Number.isInteger(number))
    .toSorted((a, b) => a - b);
}

function removeQuarantined(file: string, number: number): void {
  for (const suffix of COMPANIONS) fs.rmSync(`${file}.damaged-${number}${suffix}`, { force: true });
}
