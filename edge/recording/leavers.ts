/**
 * Whoever may leave early, by the signal that tells them to. Many wait at a time by the signal of one device: each with
 * a listener of its own on it would cost more than the waiting does.
 */
export class Leavers {
  readonly #bySignal = new WeakMap<AbortSignal, Set<() => void>>();

  /** @param onLeave  called once where the signal aborts. @returns what ends it. */
  add(signal: AbortSignal, onLeave: () => void): () => void {
    const leavers = this.#bySignal.get(signal) ?? this.#listenTo(signal);
    leavers.add(onLeave);
    return () => leavers.delete(onLeave);
  }

  #listenTo(signal: AbortSignal): Set<() => void> {
    const leavers = new Set<() => void>();
    this.#bySignal.set(signal, leavers);
    const onAbort = (): void => {
      for (const onLeave of leavers) onLeave();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    return leavers;
  }
}
