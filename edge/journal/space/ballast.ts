import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const BLOCK_BYTES = 64 * 1024;

/**
 * A file that only takes up room. When a write finds the disk full, deleting it gives the alarms the space they were
 * promised. Random bytes, because a file system that compresses would keep no space for zeros.
 */
export class Ballast {
  readonly #file: string;
  readonly #bytes: number;

  constructor(directory: string, bytes: number) {
    this.#file = path.join(directory, "journal.ballast");
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isHeld(): boolean {
    return fs.existsSync(this.#file) && fs.statSync(this.#file).size >= this.#bytes;
  }

  /** Gives the space back. @returns false where there was nothing to give. */
  release(): boolean {
    if (!fs.existsSync(this.#file)) return false;
    fs.rmSync(this.#file);
    return true;
  }

  /**
   * Takes the space again.
   *
   * @returns false where it is not there; then nothing stays taken.
   */
  take(): boolean {
    if (this.isHeld) return true;
    try {
      const fd = fs.openSync(this.#file, "w", 0o600);
      try {
        for (let written = 0; written < this.#bytes;) {
          written += fs.writeSync(fd, randomBytes(Math.min(BLOCK_BYTES, this.#bytes - written)));
        }
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      return true;
    } catch {
      // Full, read-only or dead: the reserve is missing then, and is tried for again while time goes by.
      fs.rmSync(this.#file, { force: true });
      return false;
    }
  }
}
