import type { DeviceMemory } from "../../adapter.ts";
import type { GenuineCode } from "./code-name.ts";

const USED = "used/";
const FLOOR = "codes-floor";
/** Of the rows that a device may keep, the most that codes take. */
const MAX_USED = 4_000;
/** So many forgotten codes go with one redemption, so that none of them writes for long. */
const MAX_FORGOTTEN_AT_ONCE = 100;

/**
 * The codes that were used, each until nobody could take it for good any more.
 *
 * A code is forgotten only when it has expired by a clock that can be believed, and the latest expiry that was forgotten
 * is kept: were the clock set back, nothing that expired before it would be taken again.
 */
export class UsedCodes {
  readonly #memory: DeviceMemory;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  isUsed({ id, expiresAtMs }: GenuineCode): boolean {
    return this.#memory.rows.has(USED + id) || expiresAtMs <= Number(this.#memory.rows.get(FLOOR) ?? 0);
  }

  /**
   * The rows that mark a code as used and forget expired ones.
   *
   * @param wallMs  undefined where the clock cannot be believed: nothing is forgotten then.
   * @returns       undefined where no more codes can be remembered.
   */
  rowsToUse({ id, expiresAtMs }: GenuineCode, wallMs: number | undefined): Record<string, string | null> | undefined {
    const rows: Record<string, string | null> = { [USED + id]: String(expiresAtMs) };
    let used = 0;
    let forgotten = 0;
    let floorMs = Number(this.#memory.rows.get(FLOOR) ?? 0);
    for (const [key, value] of this.#memory.rows) {
      if (!key.startsWith(USED)) continue;
      used += 1;
      // A day more than its time: clocks differ, and it costs nothing.
      const isOver = wallMs !== undefined && Number(value) + DAY_MS < wallMs;
      if (!isOver || forgotten >= MAX_FORGOTTEN_AT_ONCE) continue;
      rows[key] = null;
      forgotten += 1;
      floorMs = Math.max(floorMs, Number(value));
    }
    if (used - forgotten >= MAX_USED) return undefined;
    if (forgotten > 0) rows[FLOOR] = String(floorMs);
    return rows;
  }
}

const DAY_MS = 86_400_000;
