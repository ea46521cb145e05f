import fs from "node:fs";
import path from "node:path";

/** Replaces a small file so that after a power cut either the old or the new content is there, whole. */
export function replaceFile(file: string, content: string): void {
  const temporary = `${file}.new`;
  const fd = fs.openSync(temporary, "w", 0o600);
  try {
    fs.writeSync(fd, content);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
  syncDirectory(path.dirname(file));
}

/** Makes renames and new names in a directory survive a power cut. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
