import { setTimeout as delay } from "node:timers/promises";

/**
 * How far a wall-clock reading can be trusted: `confirmed` by a time source in this boot, `plausible` because it is not
 * before the time floor, `doubtful` because it is before the floor or has just jumped.
 */
export type ClockConfidence = "confirmed" | "plausible" | "doubtful";

/** One reading of both clocks. `wallMs` is Unix time; `monotonicMs` counts from the machine's boot and never jumps. */
export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly confidence: ClockConfidence;
}

/** Time as everything but `main.ts` sees it. Durations and deadlines use `monotonicMs` only. */
export interface Clock {
  now(): Instant;
  monotonicMs(): number;
  /** Waits `ms` on the monotonic clock. Rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The monotonic clock of this machine in milliseconds since boot: the same for every process, undisturbed by NTP steps. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Waits `ms`, or rejects with the signal's reason. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** The machine's own clocks, for processes that keep no time floor of their own (fleet, simulators, tools). */
export const systemClock: Clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: monotonicMs(), confidence: "plausible" }),
  monotonicMs,
  sleep,
};
