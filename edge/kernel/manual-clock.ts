import type { Clock, ClockConfidence, Instant } from "./clock.ts";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to. For tests of timers, deadlines and clock jumps. */
export class ManualClock implements Clock {
  confidence: ClockConfidence = "plausible";
  #monotonicMs: number;
  #wallOffsetMs: number;
  #sleepers: Sleeper[] = [];

  constructor(start: { readonly wallMs?: number; readonly monotonicMs?: number } = {}) {
    this.#monotonicMs = start.monotonicMs ?? 0;
    this.#wallOffsetMs = (start.wallMs ?? 1_700_000_000_000) - this.#monotonicMs;
  }

  now(): Instant {
    const wallMs = this.#monotonicMs + this.#wallOffsetMs;
    return { wallMs, monotonicMs: this.#monotonicMs, confidence: this.confidence };
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { dueMs: this.#monotonicMs + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener("abort", () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal.reason);
    });
    await promise;
  }

  /** Moves the wall clock alone, as a time server or a flat battery would. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Moves both clocks on, waking sleepers in the order of their deadlines. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      const next = this.#sleepers.filter((sleeper) => sleeper.dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
      // One macrotask, so that whoever woke can go to sleep again before the clock moves on.
      await new Promise(setImmediate);
    }
    this.#monotonicMs = endMs;
    await new Promise(setImmediate);
  }
}
