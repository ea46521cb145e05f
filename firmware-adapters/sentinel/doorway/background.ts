/** Work that goes on beside a device's loops and ends with them. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #failure = Promise.withResolvers<never>();

  /** Begins a piece of work. What fails in it, other than by the signal, fails the device. */
  start(work: Promise<void>, signal: AbortSignal): void {
    const guarded = work
      .catch((error: unknown) => {
        if (!signal.aborted) this.#failure.reject(error);
      })
      .finally(() => this.#running.delete(guarded));
    this.#running.add(guarded);
  }

  /** Rejects when a piece of work has failed, or with the signal's reason once all of it is over. */
  async run(signal: AbortSignal): Promise<never> {
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    try {
      return await Promise.race([this.#failure.promise, stopped]);
    } finally {
      await Promise.allSettled(this.#running);
    }
  }
}
