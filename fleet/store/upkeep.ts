import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Pool } from "pg";

import { dropOldDays, ensureUpcomingDays } from "./partitions.ts";

/** How long records are kept, by the day of their recorded time. */
export interface Retention {
  readonly measurementDays: number;
  readonly occurrenceDays: number;
}

const EVERY_MS = 3_600_000;

/** Makes tomorrow's partitions and drops those past their time, every hour until `signal` aborts. */
export async function runUpkeep(pool: Pool, retention: Retention, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const nowMs = Date.now();
      await ensureUpcomingDays(pool, nowMs);
      const dropped = [
        ...(await dropOldDays(pool, "measurement", retention.measurementDays, nowMs)),
        ...(await dropOldDays(pool, "occurrence", retention.occurrenceDays, nowMs)),
      ];
      if (dropped.length > 0) log.info("old records were dropped", { partitions: dropped });
    } catch (error) {
      log.warn("upkeep of the database failed; it is tried again", { reason: asError(error).message });
    }
    await systemClock.sleep(EVERY_MS, signal).catch(() => {});
  }
}
