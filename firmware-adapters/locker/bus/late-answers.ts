/** How long an answer is reckoned with after its question: ten timeouts, but at least this. */
const MIN_LATE_MS = 10_000;
const LATE_TIMEOUTS = 10;

/**
 * The answers that may still come, of questions that were not answered in time.
 *
 * An answer does not say which question it belongs to. But where N old answers may still come, N + 1 answers in a row
 * that say the same hold at least one to a question of that row: so what they say was true since the row began. That
 * holds in whatever order they come.
 */
export class LateAnswers {
  /** By board: until when each is reckoned with. Every entry cost a timeout, so there are never many. */
  readonly #untilMs = new Map<number, number[]>();

  /** Remembers a question without an answer. */
  note(board: number, timeoutMs: number, nowMs: number): void {
    const untilMs = this.#untilMs.get(board) ?? [];
    untilMs.push(nowMs + Math.max(MIN_LATE_MS, timeoutMs * LATE_TIMEOUTS));
    this.#untilMs.set(board, untilMs);
  }

  /** An answer came that nobody waited for: one less to reckon with. */
  arrived(board: number): void {
    this.#untilMs.get(board)?.shift();
  }

  /** How many answers of a board may still come. */
  owed(board: number, nowMs: number): number {
    const untilMs = (this.#untilMs.get(board) ?? []).filter((one) => one > nowMs);
    if (untilMs.length > 0) this.#untilMs.set(board, untilMs);
    else this.#untilMs.delete(board);
    return untilMs.length;
  }
}
