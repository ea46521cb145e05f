import type { Instant } from "@outpost/kernel/clock.ts";

/** When a button was last heard, as it is remembered over a restart. */
export interface Heard {
  readonly wallMs: number;
  /** Whether the wall clock could be believed then. */
  readonly isWallTrusted: boolean;
  /** How much of its time it had left when this was written down. */
  readonly remainingMs: number;
}

/**
 * How long a button may still be silent after a restart: by the wall clock where it could be believed both times, and
 * never more than it had left when that was last written down. With a doubtful clock the time the gateway was off is
 * not counted: late by that rather than a false alarm, and the wall clock's word counts again once it can be believed.
 *
 * @returns milliseconds, at most `supervisionMs`; negative where the time is over.
 */
export function remainingMs(heard: Heard, now: Instant, supervisionMs: number): number {
  const savedMs = Math.min(heard.remainingMs, supervisionMs);
  const silentMs = now.wallMs - heard.wallMs;
  const isCountable = heard.isWallTrusted && now.confidence !== "doubtful" && silentMs >= 0;
  return isCountable ? Math.min(savedMs, supervisionMs - silentMs) : savedMs;
}

/** Watches that a button is heard often enough. Deadlines are monotonic; the wall clock only bridges restarts. */
export class Supervision {
  readonly #supervisionMs: number;
  #deadlineMs: number | undefined;
  #heard: Omit<Heard, "remainingMs"> | undefined;
  /** What was remembered before the wall clock could be believed. */
  #toCheck: Heard | undefined;

  constructor(supervisionMs: number) {
    this.#supervisionMs = supervisionMs;
  }

  get hasBeenHeard(): boolean {
    return this.#deadlineMs !== undefined;
  }

  isOverdue({ monotonicMs }: Instant): boolean {
    return this.#deadlineMs !== undefined && monotonicMs >= this.#deadlineMs;
  }

  hear(now: Instant): void {
    this.#deadlineMs = now.monotonicMs + this.#supervisionMs;
    this.#heard = { wallMs: now.wallMs, isWallTrusted: now.confidence !== "doubtful" };
    this.#toCheck = undefined;
  }

  /** Takes over what was remembered, unless the button has been heard since. */
  remember(heard: Heard, now: Instant): void {
    if (this.#deadlineMs !== undefined) return;
    this.#heard = heard;
    this.#deadlineMs = now.monotonicMs + remainingMs(heard, now, this.#supervisionMs);
    if (now.confidence === "doubtful") this.#toCheck = heard;
  }

  /** Looks at the wall clock again where it could not be believed before. */
  check(now: Instant): void {
    const heard = this.#toCheck;
    if (heard === undefined || now.confidence === "doubtful" || this.#deadlineMs === undefined) return;
    this.#toCheck = undefined;
    this.#deadlineMs = Math.min(this.#deadlineMs, now.monotonicMs + remainingMs(heard, now, this.#supervisionMs));
  }

  /** What to remember now; undefined where nothing was ever heard. */
  saved(now: Instant): Heard | undefined {
    if (this.#heard === undefined || this.#deadlineMs === undefined) return undefined;
    const { wallMs, isWallTrusted } = this.#heard;
    return { wallMs, isWallTrusted, remainingMs: Math.round(this.#deadlineMs - now.monotonicMs) };
  }
}
