import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceMemory } from "../../adapter.ts";
import type { ItemId } from "../items/items.ts";
import { judgeEnergy, type EnergyState, type EnergyVerdict } from "./energy-guard.ts";

export interface CountersDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: DeviceMemory;
}

/** A counter is written down again when it has moved by this much: enough to know the meter again after a restart. */
const SAVE_EVERY_KWH = 1;
const ROW_PREFIX = "counter/";

/** The energy counters of one meter, and what is remembered of them over restarts. */
export class Counters {
  readonly #deps: CountersDeps;
  readonly #states = new Map<ItemId, EnergyState>();
  readonly #saved = new Map<ItemId, number>();
  #saving: Promise<void> | undefined;

  constructor(deps: CountersDeps) {
    this.#deps = deps;
  }

  judge(id: ItemId, kwh: number): EnergyVerdict {
    const before = this.#states.get(id) ?? this.#remembered(id);
    const [state, verdict] = judgeEnergy(before, kwh, this.#deps.clock.monotonicMs());
    this.#states.set(id, state);
    if (verdict.kind !== "doubted") this.#remember(id, kwh);
    return verdict;
  }

  #remembered(id: ItemId): EnergyState {
    const { isRestored, rows } = this.#deps.memory;
    const kwh = isRestored ? Number(rows.get(ROW_PREFIX + id) ?? Number.NaN) : Number.NaN;
    if (!Number.isFinite(kwh)) return { kind: "unknown" };
    this.#saved.set(id, kwh);
    return { kind: "trusted", mark: { kwh, atMs: undefined } };
  }

  #remember(id: ItemId, kwh: number): void {
    const saved = this.#saved.get(id) ?? Number.NEGATIVE_INFINITY;
    // One save at a time: a disk that is slow or full must not collect them. What was missed goes with the next.
    if (this.#saving !== undefined || Math.abs(kwh - saved) < SAVE_EVERY_KWH) return;
    this.#saving = this.#save(id, kwh).finally(() => {
      this.#saving = undefined;
    });
  }

  async #save(id: ItemId, kwh: number): Promise<void> {
    try {
      await this.#deps.memory.save({ [ROW_PREFIX + id]: String(kwh) });
      this.#saved.set(id, kwh);
    } catch (error) {
      // Only a meter exchanged while we are down would then go unnoticed; readings are as good as before.
      this.#deps.log.debug("counter not remembered", { point: id, reason: asError(error).message });
    }
  }
}
