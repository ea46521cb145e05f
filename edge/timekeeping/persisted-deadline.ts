import type { Clock, Instant } from "@outpost/kernel/clock.ts";
import { z } from "zod";

/** A timer as it is written to disk: enough to say after a restart or a reboot how long it still has to run. */
export const persistedDeadline = z.strictObject({
  bootId: z.string().min(1).max(64),
  armedMonotonicMs: z.number().min(0),
  dueMonotonicMs: z.number().min(0),
  armedWallMs: z.number().min(0),
  /** What the wall clock was worth when the timer was armed. */
  confidence: z.enum(["confirmed", "plausible", "doubtful"]),
});
export type PersistedDeadline = z.infer<typeof persistedDeadline>;

/** What is left of a deadline: milliseconds (0 when it has passed), or nobody can say. */
export type Remaining = { readonly kind: "known"; readonly ms: number } | { readonly kind: "unknown" };

/**
 * Arms a deadline `delayMs` from now.
 *
 * @param delayMs  0 or more; never changed later by a jump of the wall clock.
 */
export function arm(clock: Pick<Clock, "now">, bootId: string, delayMs: number): PersistedDeadline {
  const { wallMs, monotonicMs, confidence } = clock.now();
  return {
    bootId,
    armedMonotonicMs: monotonicMs,
    dueMonotonicMs: monotonicMs + delayMs,
    armedWallMs: wallMs,
    confidence,
  };
}

/**
 * Says how long a deadline still has to run.
 *
 * In the boot that armed it the monotonic clock answers exactly. In another boot the wall clock does, where it was not
 * doubtful then, is not doubtful now, and has not gone back; the answer never exceeds the delay the deadline was armed
 * with. Otherwise it is `unknown`, and whoever guards something critical treats that as due.
 */
export function remaining(deadline: PersistedDeadline, now: Instant, bootId: string): Remaining {
  if (deadline.bootId === bootId) {
    return { kind: "known", ms: Math.max(0, deadline.dueMonotonicMs - now.monotonicMs) };
  }
  if (deadline.confidence === "doubtful" || now.confidence === "doubtful") return { kind: "unknown" };
  const passedMs = now.wallMs - deadline.armedWallMs;
  if (passedMs < 0) return { kind: "unknown" };
  const delayMs = deadline.dueMonotonicMs - deadline.armedMonotonicMs;
  return { kind: "known", ms: Math.max(0, delayMs - passedMs) };
}
