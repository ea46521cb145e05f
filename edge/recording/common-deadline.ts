import type { Clock } from "@outpost/kernel/clock.ts";

const NOBODY_WAITS = new Error("nobody waits any more");

/**
 * Ends waits that last too long, all of the same length. One timer serves them all: at thousands a second, a timer each
 * and its end cost more than what is waited for.
 */
export class CommonDeadline {
  readonly #clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly #afterMs: number;
  /** When each is due. All last as long, so the first that came is the first that is due. */
  readonly #waiting = new Map<() => void, number>();
  #watch: AbortController | undefined;

  constructor(clock: Pick<Clock, "monotonicMs" | "sleep">, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  /** @param onLate  called once where the result is not disposed of in time. */
  begin(onLate: () => void): Disposable {
    this.#waiting.set(onLate, this.#clock.monotonicMs() + this.#afterMs);
    if (this.#watch === undefined) {
      const watch = new AbortController();
      this.#watch = watch;
      // Ends by itself: when all were late, or with the signal when none is left. Neither is anybody's failure.
      this.#watchOver(watch.signal).catch(() => {});
    }
    return {
      [Symbol.dispose]: () => {
        if (this.#waiting.delete(onLate)) this.#endWhereNobodyWaits();
      },
    };
  }

  async #watchOver(signal: AbortSignal): Promise<void> {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [onLate, dueMs] = first;
      const leftMs = dueMs - this.#clock.monotonicMs();
      if (leftMs > 0) await this.#clock.sleep(leftMs, signal);
      else {
        this.#waiting.delete(onLate);
        this.#endWhereNobodyWaits();
        onLate();
      }
    }
  }

  #endWhereNobodyWaits(): void {
    if (this.#waiting.size > 0) return;
    this.#watch?.abort(NOBODY_WAITS);
    this.#watch = undefined;
  }
}
