/** Wakes one waiter. A ring that nobody waits for is forgotten: whoever waits looks first whether there is anything to do. */
export class Bell {
  #wake: (() => void) | undefined;

  ring(): void {
    this.#wake?.();
  }

  /** Waits for the next ring. Rejects with the signal's reason on abort. */
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#wake = resolve;
    try {
      await promise;
    } finally {
      // Whoever waits by now is not this one any more where this wait was given up.
      if (this.#wake === resolve) this.#wake = undefined;
      signal.removeEventListener("abort", onAbort);
    }
  }
}
