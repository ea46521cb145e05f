import { monotonicMs, sleep, type Clock, type Instant } from "@outpost/kernel/clock.ts";

/** A clock that runs so many times as fast as the machine's, for tests in which leases run out. */
export class AcceleratedClock implements Clock {
  readonly #factor: number;
  readonly #startMs = monotonicMs();
  readonly #wallStartMs = Date.now();

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): Instant {
    const elapsedMs = this.monotonicMs() - this.#startMs;
    return {
      wallMs: Math.floor(this.#wallStartMs + elapsedMs),
      monotonicMs: this.monotonicMs(),
      confidence: "plausible",
    };
  }

  monotonicMs(): number {
    return this.#startMs + (monotonicMs() - this.#startMs) * this.#factor;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms / this.#factor, signal);
  }
}
