import { join } from "node:path";

import { errorCode } from "@outpost/kernel/thrown.ts";
import Database from "better-sqlite3";

/**
 * Takes a state directory for this process alone.
 *
 * The lock is SQLite's own on an empty file: the kernel lets it go when the process ends, however it ends, so there is
 * no stale lock to clean up and no process id to guess at.
 *
 * @returns undefined where another process has it.
 * @throws the file system's or SQLite's own error where the directory cannot be written at all.
 */
export function lockStateDirectory(directory: string): Disposable | undefined {
  const file = new Database(join(directory, "gateway.lock"), { timeout: 0 });
  try {
    file.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    file.close();
    if (errorCode(error) === "SQLITE_BUSY") return undefined;
    throw error;
  }
  return {
    [Symbol.dispose]: () => {
      file.close();
    },
  };
}
