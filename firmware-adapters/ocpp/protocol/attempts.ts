import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

/**
 * How often a station tries a message of a transaction that it gets no answer to, waiting this long times the number of
 * its tries before: for an hour and a half. After the last it throws the bill away, and factory settings give it a minute.
 *
 * @see OCPP 1.6 edition 2, section 3.7.1; OCPP 2.0.1 part 2, E13
 */
export const TRANSACTION_ATTEMPTS = 32;
export const TRANSACTION_RETRY_S = 10;

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
