const WINDOW_MS = 10_000;
const MAX_SAMPLES = 1_000;

/** Rates and latencies of the last ten seconds. */
export class Figures {
  #samples: { readonly atMs: number; readonly latencyMs: number }[] = [];

  add(atMs: number, latencyMs: number): void {
    this.#samples.push({ atMs, latencyMs });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }

  /** Samples a second, over the window or since `beganAtMs`. */
  perSecond(nowMs: number, beganAtMs: number): number {
    const overS = Math.min(WINDOW_MS, Math.max(1_000, nowMs - beganAtMs)) / 1_000;
    return this.#recent(nowMs).length / overS;
  }

  /** The 95th of a hundred; 0 where there is none. */
  p95Ms(nowMs: number): number {
    const sorted = this.#recent(nowMs)
      .map(({ latencyMs }) => latencyMs)
      .toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
  }

  #recent(nowMs: number): readonly { readonly latencyMs: number }[] {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    return this.#samples;
  }
}
