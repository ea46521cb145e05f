import type { Clock } from "@outpost/kernel/clock.ts";

import { CameraError } from "../errors.ts";

export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of what nothing came: for people. */
  readonly what: string;
}

/**
 * Does some work within a time.
 *
 * @throws CameraError `camera/timeout` where the work is not done in time and ends by its signal; whatever the work throws.
 */
export async function within<T>(
  { clock, timeoutMs, what }: Deadline,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  const timer = clock.sleep(timeoutMs, done.signal).then(
    () => late.abort(new CameraError("camera/timeout", `${what}: nothing within ${timeoutMs} ms`)),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    done.abort();
    await timer;
  }
}
