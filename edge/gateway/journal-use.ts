import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import type { Journal } from "../journal/journal.ts";

const RESTORE_RETRY_MS = 2_000;
/** What the disk has not taken after this at a stop is lost: an update must not hang on a broken disk. */
const FLUSH_TIMEOUT_MS = 5_000;

export interface JournalUseDeps {
  readonly clock: Clock;
  readonly log: Log;
  open(): Promise<Journal>;
  /** Takes up what was written down before a restart. Tried again until it succeeds. */
  restore(journal: Journal): Promise<void>;
  /** The first try to restore has ended, well or not: nobody need wait any longer. */
  onTried(): void;
  onRestored(journal: Journal): Promise<void>;
  /** Writes to the journal until `signal` aborts, then what is left. */
  record(journal: Journal, signal: AbortSignal): Promise<void>;
}

/**
 * Holds the journal open until `signal` aborts. Recording begins only after the restore, so that no row of before the
 * restart is overwritten unread; a disk that gives nothing costs records, never alarms.
 */
export async function runJournalUse(deps: JournalUseDeps, signal: AbortSignal): Promise<void> {
  let recording: Promise<void> = Promise.resolve();
  {
    await using journal = await deps.open();
    while (!signal.aborted && !(await restoreOnce(deps, journal))) {
      deps.onTried();
      await deps.clock.sleep(RESTORE_RETRY_MS, signal).catch(() => {});
    }
    deps.onTried();
    await deps.onRestored(journal);
    recording = deps.record(journal, signal);
    const flushed = new AbortController();
    await Promise.race([recording, afterAbort(signal, () => deps.clock.sleep(FLUSH_TIMEOUT_MS, flushed.signal))]);
    flushed.abort();
  }
  // The closed journal has answered everything that was still under way.
  await recording;
}

async function restoreOnce(deps: JournalUseDeps, journal: Journal): Promise<boolean> {
  try {
    await deps.restore(journal);
    return true;
  } catch (error) {
    const fields = { code: errorCode(error), reason: asError(error).message };
    deps.log.error("the journal cannot be read yet; alarms go on without it", fields);
    return false;
  }
}

async function afterAbort(signal: AbortSignal, then: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
  await then().catch(() => {});
}
