/**
 * A queue with a maximum and a stated rule for when it is full: `drop-oldest` makes room, `refuse` turns the new item
 * away. One reader at a time.
 */
export class BoundedQueue<T> {
  readonly #maxLength: number;
  readonly #whenFull: "drop-oldest" | "refuse";
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #lost = 0;

  constructor(options: { readonly maxLength: number; readonly whenFull: "drop-oldest" | "refuse" }) {
    this.#maxLength = options.maxLength;
    this.#whenFull = options.whenFull;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** How many items were dropped or refused since the queue was made. */
  get lost(): number {
    return this.#lost;
  }

  /** @returns whether `item` is now in the queue. */
  push(item: T): boolean {
    if (this.#waiting.length >= this.#maxLength) {
      this.#lost += 1;
      if (this.#whenFull === "refuse") return false;
      this.#waiting.shift();
    }
    this.#waiting.push(item);
    this.#wake?.();
    return true;
  }

  /** Waits for at least one item, then takes up to `max` at once. Rejects with the signal's reason on abort. */
  async take(max: number, signal: AbortSignal): Promise<T[]> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0) await this.#untilPushed(signal);
    return this.#waiting.splice(0, max);
  }

  async #untilPushed(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#wake = resolve;
    try {
      await promise;
    } finally {
      this.#wake = undefined;
      signal.removeEventListener("abort", onAbort);
    }
  }
}
