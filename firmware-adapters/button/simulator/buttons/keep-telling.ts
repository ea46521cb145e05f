import { sleep } from "@outpost/kernel/clock.ts";

/** Tells at once and then at every heartbeat, until the signal aborts. */
export async function keepTelling(tell: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tell();
    await sleep(everyMs, signal).catch(() => undefined);
  }
}
