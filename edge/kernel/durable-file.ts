import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

import { asError, errorCode } from "./thrown.ts";

/**
 * Replaces a file so that a power cut leaves the old content or the new, whole. One writer a path at a time.
 *
 * @param path  its folder exists; `<path>.new` beside it is used on the way.
 * @throws the file system's own error; the old content then still stands.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  // The new name is on disk only once the folder is.
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Writes a file that does not exist yet, for its owner only: never over one that is there, and never through a link.
 *
 * @throws Error in one line: that it exists already, or what the file system says.
 */
export async function writeNewFile(path: string, content: string): Promise<void> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = errorCode(error) === "EEXIST" ? "it exists already" : asError(error).message;
    throw new Error(`${path}: ${why}`, { cause: error });
  }
}

/** `replaceFile` for a worker thread that does nothing else meanwhile. */
export function replaceFileSync(path: string, content: string): void {
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", 0o600);
  try {
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
  syncDirectory(dirname(path));
}

/** Makes renames and new names in a directory survive a power cut. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
