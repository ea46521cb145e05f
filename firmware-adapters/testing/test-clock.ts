import { systemClock, type Clock, type ClockConfidence, type Instant } from "@outpost/kernel/clock.ts";

/** The machine's clock, with a wall time and a confidence of the test's choosing. */
export class TestClock implements Clock {
  confidence: ClockConfidence = "plausible";
  #wallOffsetMs = 0;

  now(): Instant {
    const now = systemClock.now();
    return { ...now, wallMs: now.wallMs + this.#wallOffsetMs, confidence: this.confidence };
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }
}
