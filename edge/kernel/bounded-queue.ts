import { Bell } from "./bell.ts";

/**
 * A queue with a maximum and a stated rule for when it is full: `drop-oldest` makes room, `refuse` turns the new item
 * away. One reader at a time.
 */
export class BoundedQueue<T> {
  readonly #maxLength: number;
  readonly #whenFull: "drop-oldest" | "refuse";
  readonly #waiting: T[] = [];
  readonly #pushed = new Bell();
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
    this.#pushed.ring();
    return true;
  }

  /** Waits for at least one item, then takes up to `max` at once. Rejects with the signal's reason on abort. */
  async take(max: number, signal: AbortSignal): Promise<T[]> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0) await this.#pushed.next(signal);
    return this.#waiting.splice(0, max);
  }
}
