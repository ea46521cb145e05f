import { z } from "zod";

/** So many wrong codes are forgiven: fingers slip. */
const FREE_TRIES = 4;
const FIRST_LOCK_MS = 30_000;
const MAX_LOCK_MS = 3_600_000;
const MAX_WRONG = 16;
/** An hour without a wrong code takes one back. Right ones take none back, or guessing between them would be free. */
const FORGIVE_EVERY_MS = 3_600_000;

/** Wrong codes at one cabinet. Times are monotonic. */
export interface Lockout {
  readonly wrong: number;
  /** Since when no wrong code has been forgiven. */
  readonly sinceMs: number;
  readonly lockedUntilMs: number;
}

const row = z.strictObject({
  wrong: z.int().min(0).max(MAX_WRONG),
  wallMs: z.number(),
  lockedForMs: z.number().min(0).max(MAX_LOCK_MS),
});

export interface LockoutTime {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly confidence: string;
}

/** Nobody has tried anything. */
export function noLockout(nowMs: number): Lockout {
  return { wrong: 0, sinceMs: nowMs, lockedUntilMs: Number.NEGATIVE_INFINITY };
}

/** How much longer no code is taken, in milliseconds; 0 where codes are taken. */
export function lockedForMs({ lockedUntilMs }: Lockout, nowMs: number): number {
  return Math.max(0, lockedUntilMs - nowMs);
}

/** One more wrong code. The fifth locks for half a minute, each after it for twice as long, up to an hour. */
export function afterWrongCode(state: Lockout, nowMs: number): Lockout {
  const forgiven = Math.floor((nowMs - state.sinceMs) / FORGIVE_EVERY_MS);
  const wrong = Math.min(MAX_WRONG, Math.max(0, state.wrong - forgiven) + 1);
  const lockMs = wrong <= FREE_TRIES ? 0 : Math.min(MAX_LOCK_MS, FIRST_LOCK_MS * 2 ** (wrong - FREE_TRIES - 1));
  return { wrong, sinceMs: nowMs, lockedUntilMs: nowMs + lockMs };
}

/** The state as a row, so that pulling the plug does not end a lock-out. */
export function lockoutRow(state: Lockout, { wallMs, monotonicMs }: LockoutTime): string {
  return JSON.stringify({ wrong: state.wrong, wallMs, lockedForMs: lockedForMs(state, monotonicMs) });
}

/**
 * The state from its row. Time that passed meanwhile counts only where the clock can be believed; a row that cannot be
 * read locks as long as any.
 */
export function lockoutFrom(text: string | undefined, now: LockoutTime): Lockout {
  if (text === undefined) return noLockout(now.monotonicMs);
  const { wrong, wallMs, lockedForMs: leftMs } = parseRow(text, now);
  const passedMs = now.confidence === "doubtful" ? 0 : Math.max(0, now.wallMs - wallMs);
  return { wrong, sinceMs: now.monotonicMs - passedMs, lockedUntilMs: now.monotonicMs + leftMs - passedMs };
}

function parseRow(text: string, { wallMs }: LockoutTime): z.infer<typeof row> {
  try {
    return row.parse(JSON.parse(text));
  } catch {
    return { wrong: MAX_WRONG, wallMs, lockedForMs: MAX_LOCK_MS };
  }
}
