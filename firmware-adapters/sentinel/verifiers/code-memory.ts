import { createHmac, randomBytes } from "node:crypto";

import { MAX_MEMORY_ROWS, type DeviceMemory } from "../../adapter.ts";
import { DeviceError } from "../../errors.ts";

const SALT_ROW = "salt";
const SALT_BYTES = 16;
const USED_PREFIX = "used/";
/** Enough that two codes of one site never share it; a code is not found out from it without the salt. */
const USED_HASH_CHARS = 22;
const SHORT_HASH_CHARS = 8;
/** Room is left for the salt and for whatever else the device may ever remember. */
const MAX_USED = MAX_MEMORY_ROWS - 100;

/**
 * What is remembered of codes: never a code, only hashes salted with a number that never leaves this device. Used codes
 * are forgotten when they have expired.
 */
export class CodeMemory {
  readonly #memory: DeviceMemory;
  #salt: string | undefined;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  /** Makes the device's salt where it has none yet. @throws DeviceError where it cannot be written down. */
  async prepare(): Promise<void> {
    if (!this.#memory.isRestored || this.#memory.rows.has(SALT_ROW)) return;
    await this.#memory.save({ [SALT_ROW]: this.#saltNow() });
  }

  /** Eight hexadecimal digits by which two scans of one code can be told to be so. */
  shortHash(code: string): string {
    return this.#hash(code, "hex").slice(0, SHORT_HASH_CHARS);
  }

  /**
   * Notes that a code is used up. Resolves only when that is on disk: whoever cuts the power must not get in twice.
   *
   * @param tokenId      of the code.
   * @param untilMs      when it expires, Unix milliseconds.
   * @param nowMs        Unix milliseconds; what expired before is forgotten.
   * @returns            `cannot-remember` where nothing is known of what was used, or nothing can be written.
   */
  async use(tokenId: string, untilMs: number, nowMs: number): Promise<"first" | "used" | "cannot-remember"> {
    const { isRestored, rows } = this.#memory;
    if (!isRestored) return "cannot-remember";
    const row = USED_PREFIX + this.#hash(tokenId, "base64url").slice(0, USED_HASH_CHARS);
    if (rows.has(row)) return "used";
    const expired = this.#expired(nowMs);
    if (this.#countUsed() - expired.length >= MAX_USED) return "cannot-remember";
    const forgotten = Object.fromEntries(expired.map((old) => [old, null]));
    try {
      // The salt goes with the first row that needs it: a hash whose salt is lost knows nobody again.
      await this.#memory.save({ ...forgotten, [SALT_ROW]: this.#saltNow(), [row]: String(untilMs) });
      return "first";
    } catch (error) {
      if (error instanceof DeviceError) return "cannot-remember";
      throw error;
    }
  }

  #hash(text: string, encoding: "hex" | "base64url"): string {
    return createHmac("sha256", this.#saltNow()).update(text).digest(encoding);
  }

  #saltNow(): string {
    this.#salt = this.#memory.rows.get(SALT_ROW) ?? this.#salt ?? randomBytes(SALT_BYTES).toString("base64url");
    return this.#salt;
  }

  #expired(nowMs: number): readonly string[] {
    return [...this.#memory.rows]
      .filter(([row, untilMs]) => row.startsWith(USED_PREFIX) && Number(untilMs) < nowMs)
      .map(([row]) => row);
  }

  #countUsed(): number {
    return [...this.#memory.rows.keys()].filter((row) => row.startsWith(USED_PREFIX)).length;
  }
}
