/** `firstMs` doubles at each try up to `maxMs`; the real delay is drawn between half and all of that. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** 0 (inclusive) to 1 (exclusive); `Math.random` unless a test says otherwise. */
  readonly random?: () => number;
}

/** Delays between tries: exponential with jitter, so that five thousand gateways do not come back in the same second. */
export class Backoff {
  readonly #options: BackoffOptions;
  #tries = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Consecutive failures so far. */
  get tries(): number {
    return this.#tries;
  }

  /** The delay before the next try, in milliseconds. */
  nextMs(): number {
    const { firstMs, maxMs, random = Math.random } = this.#options;
    const ceilingMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#tries, 30));
    this.#tries += 1;
    return ceilingMs / 2 + (random() * ceilingMs) / 2;
  }

  /** Call after a success: the next failure starts from `firstMs` again. */
  reset(): void {
    this.#tries = 0;
  }
}
