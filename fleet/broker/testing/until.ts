import { systemClock } from "@outpost/kernel/clock.ts";

const POLL_MS = 10;
const WITHIN_MS = 20_000;

/** Waits until `read` gives something, then returns it. @throws Error naming `what` after 20 s. */
export async function until<T>(read: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  const endMs = systemClock.monotonicMs() + WITHIN_MS;
  while (systemClock.monotonicMs() < endMs) {
    const value = await read();
    if (value !== undefined) return value;
    await systemClock.sleep(POLL_MS);
  }
  throw new Error(`waited in vain until ${what}`);
}
