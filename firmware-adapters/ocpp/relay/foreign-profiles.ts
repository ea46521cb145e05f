import type { DeviceMemory } from "../../adapter.ts";
import { isRecord } from "../protocol/raw.ts";

/** The device's memory keeps the ids of upstream's profiles that overrule ours in this row. */
const ROW = "foreign-profiles";
const MAX_IDS = 100;
/** Where ours are. A higher one overrules, the same one replaces. */
const OUR_STACK_LEVEL = 0;

/** A call of upstream's that changes what may be drawn. */
export function isProfileCall(action: string): boolean {
  return action === "SetChargingProfile" || action === "ClearChargingProfile";
}

/**
 * Charging profiles that upstream has set at a station above ours. While there are any, nothing that our supply says
 * holds there: it then reckons with what the connectors can draw at most.
 *
 * @see OCPP 1.6 edition 2, section 3.13.2; OCPP 2.0.1 part 2, K01.FR.31 (stacking)
 */
export class ForeignProfiles {
  readonly #memory: DeviceMemory;
  readonly #ids: Set<number>;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    this.#ids = new Set(idsIn(memory.rows.get(ROW)));
  }

  get overrule(): boolean {
    return this.#ids.size > 0;
  }

  /** The station has accepted this call of upstream's. Rejects where the memory does not take it. */
  async accepted(action: string, payload: unknown): Promise<void> {
    const before = this.#ids.size;
    if (!isRecord(payload)) return;
    if (action === "SetChargingProfile") this.#set(payload["csChargingProfiles"] ?? payload["chargingProfile"]);
    else this.#clear(payload["id"] ?? payload["chargingProfileId"]);
    if (this.#ids.size === before) return;
    await this.#memory.save({ [ROW]: this.#ids.size === 0 ? null : JSON.stringify([...this.#ids]) });
  }

  #set(profile: unknown): void {
    if (!isRecord(profile)) return;
    const id = Number(profile["chargingProfileId"] ?? profile["id"]);
    if (!Number.isSafeInteger(id) || this.#ids.size >= MAX_IDS) return;
    // The same id replaces, wherever it was.
    if (Number(profile["stackLevel"]) > OUR_STACK_LEVEL) this.#ids.add(id);
    else this.#ids.delete(id);
  }

  /** Without an id it clears by what the profiles are for; what it leaves is told by nobody: all counts as cleared. */
  #clear(id: unknown): void {
    if (id === undefined) this.#ids.clear();
    else this.#ids.delete(Number(id));
  }
}

function idsIn(row: string | undefined): readonly number[] {
  return row === undefined ? [] : (row.match(/-?\d+/g)?.map(Number) ?? []);
}
