import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Pool } from "pg";

import { isTransient } from "../store/database.ts";
import { ensureDay, PARTITIONED, partitionDay } from "../store/partitions.ts";
import type { Batch } from "./group.ts";

/** Makes the partitions that rows need when the first of them comes, and remembers which there are. */
export class Days {
  readonly #pool: Pool;
  readonly #log: Log;
  readonly #known = new Map<number, ReadonlySet<string>>();

  constructor(pool: Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Without a partition of their own the default partition takes the rows, so only faults that pass are thrown. */
  async ensureFor({ header, rows }: Batch): Promise<void> {
    const table = PARTITIONED.find((name) => name === header.stream);
    if (table === undefined) return;
    const nowMs = Date.now();
    for (const { recordedAtMs } of rows) {
      const day = partitionDay(recordedAtMs, nowMs);
      if (day === undefined || this.#known.get(day)?.has(table) === true) continue;
      try {
        await ensureDay(this.#pool, table, day);
      } catch (error) {
        if (isTransient(error)) throw error;
        this.#log.warn("a partition could not be made", { table, day, reason: asError(error).message });
      }
      this.#known.set(day, new Set([...(this.#known.get(day) ?? []), table]));
    }
  }
}
