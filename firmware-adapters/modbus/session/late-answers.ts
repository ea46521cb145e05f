/** How long an answer is reckoned with after its request: ten timeouts, but at least this. */
const MIN_LATE_MS = 10_000;
const LATE_TIMEOUTS = 10;

/**
 * What answers to one request look like on the line: unit, function code, length. Two requests of one shape have
 * answers that nothing tells apart.
 *
 * @param pdu     the request's PDU.
 * @param length  the answer's PDU in bytes.
 */
export function answerShape(unitId: number, pdu: Uint8Array, length: number): string {
  return `${unitId} ${pdu[0]} ${length}`;
}

/** The answers that may still come on one line, of requests that were not answered in time. Shared by all its units. */
export class LateAnswers {
  /** Until when each shape is reckoned with. Each entry cost two timeouts of line time, so there are never many. */
  readonly #untilMs = new Map<string, number>();
  #silentRequests = 0;

  /** Remembers a request whose answer did not come as it should. */
  note(shape: string, line: { readonly timeoutMs: number; readonly clock: { monotonicMs(): number } }): void {
    const untilMs = line.clock.monotonicMs() + Math.max(MIN_LATE_MS, line.timeoutMs * LATE_TIMEOUTS);
    this.#untilMs.set(shape, untilMs);
  }

  /** Whether an answer of this shape may still come. */
  mayStillCome(shape: string, nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#untilMs.has(shape);
  }

  /** Whether any answer of this unit may still come. */
  anyFrom(unitId: number, nowMs: number): boolean {
    this.#forget(nowMs);
    for (const shape of this.#untilMs.keys()) if (shape.startsWith(`${unitId} `)) return true;
    return false;
  }

  /** Something came in answer. @returns 0, the requests without a byte since. */
  lineAnswered(): number {
    this.#silentRequests = 0;
    return 0;
  }

  /** Nothing came in answer. @returns how many requests in a row that makes. */
  lineSilent(): number {
    this.#silentRequests += 1;
    return this.#silentRequests;
  }

  #forget(nowMs: number): void {
    for (const [shape, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(shape);
  }
}
