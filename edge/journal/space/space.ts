import fs from "node:fs";

import type { Division, JournalLimits } from "../limits.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { PAGE_BYTES } from "../store/schema.ts";

/** Where the bytes are. */
export interface Space {
  /** Pages of the file that hold something. */
  readonly liveBytes: number;
  /** Pages of the file that hold nothing; used before the file grows. */
  readonly spareBytes: number;
  /** The file with its log and the ballast, as they lie on the disk. */
  readonly usedBytes: number;
  /** What the journal may come to use. */
  readonly allowedBytes: number;
  /** What anything but alarms, results and state may still use. Not below 0. */
  readonly roomBytes: number;
}

export interface SpaceRule {
  readonly directory: string;
  readonly maxBytes: number;
  readonly limits: JournalLimits;
  readonly division: Division;
}

/** The file system a directory lies on: its size and what an ordinary program may still take, in bytes. */
export function diskOf(directory: string): { readonly totalBytes: number; readonly freeBytes: number } {
  const { bsize, blocks, bavail } = fs.statfsSync(directory);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}

/**
 * Measures the space, against both limits: `maxBytes` of the site file and the free space of the file system.
 *
 * @throws the error of SQLite or the file system.
 */
export function measureSpace(file: JournalFile, rule: SpaceRule, isBallastHeld: boolean): Space {
  const { division, limits } = rule;
  const fileBytes = Number(file.db.pragma("page_count", { simple: true })) * PAGE_BYTES;
  const spareBytes = Number(file.db.pragma("freelist_count", { simple: true })) * PAGE_BYTES;
  const liveBytes = fileBytes - spareBytes;
  const walBytes = sizeOf(`${file.path}-wal`);
  const ballastBytes = isBallastHeld ? division.ballastBytes : 0;
  const usedBytes = fileBytes + walBytes + sizeOf(`${file.path}-shm`) + ballastBytes;
  const quotaLeft = limits.quotaBytes === undefined ? Infinity : limits.quotaBytes - fileBytes - ballastBytes;
  const freeBytes = Math.max(0, Math.min(diskOf(rule.directory).freeBytes, quotaLeft));
  // A log at twice its usual size is what a few large transactions make of it.
  const logBytes = Math.max(0, 2 * division.walBytes - walBytes);
  const byMaximum = rule.maxBytes - liveBytes - division.reservedBytes - division.ballastBytes - 2 * division.walBytes;
  const byDisk = freeBytes + spareBytes - (division.ballastBytes - ballastBytes) - logBytes;
  return {
    liveBytes,
    spareBytes,
    usedBytes,
    allowedBytes: Math.min(rule.maxBytes, usedBytes + freeBytes),
    roomBytes: Math.max(0, Math.min(byMaximum, byDisk)),
  };
}

/** Live bytes over live bytes plus room: 0 empty, 1 full. */
export function fillOf(space: Space): number {
  return space.roomBytes <= 0 ? 1 : space.liveBytes / (space.liveBytes + space.roomBytes);
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
