import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

/**
 * Steps of which each may fail by itself: a station that does not do one thing is set to the others.
 *
 * @returns a function that tries one step and logs where it fails; it throws only when `signal` has aborted.
 */
export function attempts(
  identity: string,
  log: Log,
  signal: AbortSignal,
): (what: string, work: () => Promise<unknown>) => Promise<void> {
  return async (what, work) => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      log.info("charge point does not do this", { identity, what, reason: asError(error).message });
    }
  };
}
