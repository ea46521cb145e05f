import type { OpenDevice } from "./adapter.ts";

/**
 * Runs a device's loops until it is disposed. What fails in one ends the device, and the supervisor opens it anew; a
 * command that is under way is over before the device counts as closed.
 *
 * @param begin    starts the loops; they end only by the signal or by failing.
 * @param execute  as `OpenDevice.execute`.
 */
export function runDevice(
  execute: OpenDevice["execute"],
  begin: (signal: AbortSignal) => readonly Promise<unknown>[],
): OpenDevice {
  const stop = new AbortController();
  const loops = begin(stop.signal);
  const running = new Set<Promise<unknown>>();
  const ended = untilStopped(loops, stop.signal);
  return {
    ended,
    async execute(command, signal) {
      stop.signal.throwIfAborted();
      const outcome = execute(command, AbortSignal.any([signal, stop.signal]));
      running.add(outcome);
      return await outcome.finally(() => running.delete(outcome));
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the device was closed"));
      await Promise.allSettled([...loops, ...running]);
    },
  };
}

async function untilStopped(loops: readonly Promise<unknown>[], stop: AbortSignal): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  stop.addEventListener("abort", () => resolve(), { once: true });
  try {
    await Promise.race([...loops, stopped]);
    // A device without loops, or whose loops are done, lives until it is closed.
    await stopped;
  } catch (error) {
    if (error !== stop.reason) throw error;
  }
}
