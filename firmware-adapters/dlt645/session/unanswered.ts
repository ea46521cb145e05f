/** How long an answer is reckoned with after its request: ten timeouts, but at least this. */
const MIN_LATE_MS = 10_000;
const LATE_TIMEOUTS = 10;

/**
 * The requests on one line whose answers may still come. Shared by all its meters.
 *
 * A line keeps its order and a meter does one thing at a time: once a meter has answered a later request, nothing of an
 * earlier one can come any more.
 */
export class UnansweredRequests {
  /** Until when each request is reckoned with, by meter. As many as there are items, at the most. */
  readonly #untilMs = new Map<string, Map<string, number>>();
  #silentRequests = 0;

  /** Remembers a request that was not answered as it should. */
  note(address: string, request: string, line: { readonly timeoutMs: number; readonly nowMs: number }): void {
    const untilMs = line.nowMs + Math.max(MIN_LATE_MS, line.timeoutMs * LATE_TIMEOUTS);
    const ofMeter = this.#untilMs.get(address) ?? new Map<string, number>();
    this.#untilMs.set(address, ofMeter.set(request, untilMs));
  }

  /** The meter has answered a request that was not among them: whatever came before is over. */
  settled(address: string): void {
    this.#untilMs.delete(address);
  }

  /** Whether an answer to this very request may still come. */
  mayStillCome(address: string, request: string, nowMs: number): boolean {
    return (this.#untilMs.get(address)?.get(request) ?? Number.NEGATIVE_INFINITY) > nowMs;
  }

  /** Whether any answer of this meter may still come. */
  anyFrom(address: string, nowMs: number): boolean {
    return (
      this.#untilMs
        .get(address)
        ?.values()
        .some((untilMs) => untilMs > nowMs) ?? false
    );
  }

  /** Something came. */
  lineSpoke(): void {
    this.#silentRequests = 0;
  }

  /** Nothing came. @returns how many requests in a row that makes. */
  lineSilent(): number {
    this.#silentRequests += 1;
    return this.#silentRequests;
  }
}
