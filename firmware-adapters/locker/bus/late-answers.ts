import type { BoardRequest } from "../codecs/codec.ts";

/** How long an answer is reckoned with after its request: ten timeouts, but at least this. */
const MIN_LATE_MS = 10_000;
const LATE_TIMEOUTS = 10;

/** What answers to a request look like: two requests of one shape have answers that nothing tells apart. */
function shapeOf(request: BoardRequest): string {
  return request.kind === "read-lock" ? `lock ${request.lock}` : request.kind;
}

/**
 * The answers of each board that may still come, of questions that were not answered in time.
 *
 * An answer does not say which question it belongs to. But a board answers in order and a line keeps the order: when the
 * answer to a question of another shape is there, nothing older can follow. That is what markers are for.
 */
export class LateAnswers {
  readonly #untilMs = new Map<number, Map<string, number>>();

  /** Remembers a question without an answer. */
  note(request: BoardRequest, timeoutMs: number, nowMs: number): void {
    const shapes = this.#untilMs.get(request.board) ?? new Map<string, number>();
    shapes.set(shapeOf(request), nowMs + Math.max(MIN_LATE_MS, timeoutMs * LATE_TIMEOUTS));
    this.#untilMs.set(request.board, shapes);
  }

  /** Whether an answer of this shape may still come. */
  mayStillCome(request: BoardRequest, nowMs: number): boolean {
    const shapes = this.#untilMs.get(request.board);
    const untilMs = shapes?.get(shapeOf(request));
    if (untilMs === undefined) return false;
    if (untilMs > nowMs) return true;
    shapes?.delete(shapeOf(request));
    return false;
  }

  /** An answer that could not be an older one's has come: whatever was missing will not come any more. */
  forget(board: number): void {
    this.#untilMs.delete(board);
  }
}
