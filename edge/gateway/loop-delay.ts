import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const WINDOW_MS = 30_000;

/** How late the core's event loop was, in milliseconds, over the last whole window and the one that runs. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** Watches the event loop of this process from `begin` on: loading modules is no delay of anything. */
export class LoopDelayMonitor implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #nowMs: () => number;
  #windowSinceMs: number;
  #last: LoopDelay = { p99Ms: 0, p999Ms: 0, maxMs: 0 };

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#windowSinceMs = nowMs();
  }

  begin(): void {
    this.#windowSinceMs = this.#nowMs();
    this.#histogram.enable();
  }

  /** The worse of the last window and the current one. Call at least once a window, or the windows grow. */
  read(): LoopDelay {
    const now = this.#current();
    const worse = {
      p99Ms: Math.max(now.p99Ms, this.#last.p99Ms),
      p999Ms: Math.max(now.p999Ms, this.#last.p999Ms),
      maxMs: Math.max(now.maxMs, this.#last.maxMs),
    };
    if (this.#nowMs() - this.#windowSinceMs >= WINDOW_MS) {
      this.#last = now;
      this.#windowSinceMs = this.#nowMs();
      this.#histogram.reset();
    }
    return worse;
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }

  #current(): LoopDelay {
    if (this.#histogram.count === 0) return { p99Ms: 0, p999Ms: 0, maxMs: 0 };
    return {
      p99Ms: lateMs(this.#histogram.percentile(99)),
      p999Ms: lateMs(this.#histogram.percentile(99.9)),
      maxMs: lateMs(this.#histogram.max),
    };
  }
}

/** The histogram holds the time between two looks, which is its own period when nothing is late. */
function lateMs(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}
