import { errorCode } from "@outpost/kernel/thrown.ts";

/**
 * What a failed write or read means. `full`: space must be found. `damaged`: the file cannot be trusted and is put
 * aside. `disk`: the medium takes nothing now and may later.
 */
export type DiskFailure = "full" | "damaged" | "disk";

const FULL = new Set(["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"]);

/**
 * A page that cannot be read is damage, because a new file may well be written beside it. So is a place that is taken
 * already: counters and rows no longer agree.
 */
const DAMAGED = new Set([
  "SQLITE_NOTADB",
  "SQLITE_IOERR_READ",
  "SQLITE_IOERR_SHORT_READ",
  "SQLITE_IOERR_CORRUPTFS",
  "SQLITE_IOERR_DATA",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
]);

const DISK =
  /^(SQLITE_(IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PERM|PROTOCOL|AUTH)(_|$)|E(IO|ROFS|ACCES|PERM|NOENT|NOTDIR|MFILE|NFILE|BUSY|NXIO|NODEV)$)/;

/** Sorts an error of SQLite or the file system; undefined: it is a bug of ours. */
export function failureOf(error: unknown): DiskFailure | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  if (FULL.has(code)) return "full";
  if (DAMAGED.has(code) || code.startsWith("SQLITE_CORRUPT")) return "damaged";
  return DISK.test(code) ? "disk" : undefined;
}
