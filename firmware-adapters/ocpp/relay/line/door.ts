import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };
/** After a failure upstream must stay for so long before a station is let in: one that accepts and closes is not there. */
const PROVE_MS = 1_000;

/**
 * Whether a station is let in to where upstream may be away. Each call of the station, while it is open, tries upstream
 * first; after a failure it stays shut for a while, longer from failure to failure, until upstream has answered something.
 */
export class Door {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #openAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random?: () => number) {
    this.#clock = clock;
    this.#backoff = new Backoff({ ...BACKOFF, ...(random === undefined ? {} : { random }) });
  }

  get isShut(): boolean {
    return this.#clock.monotonicMs() < this.#openAtMs;
  }

  /** How long upstream must have stayed before it is believed. */
  get proveMs(): number {
    return this.#backoff.tries > 0 ? PROVE_MS : 0;
  }

  /** Upstream could not be had, or has gone. */
  failed(): void {
    this.#openAtMs = this.#clock.monotonicMs() + this.#backoff.nextMs();
  }

  /** Upstream has answered a call: it is really there. */
  proven(): void {
    if (this.#backoff.tries > 0) this.#backoff.reset();
  }
}
