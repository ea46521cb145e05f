import { setTimeout as delay } from "node:timers/promises";

import { LIMIT_A } from "../site/site-document.ts";
import type { Street } from "../site/street.ts";

const LOOK_EVERY_MS = 150;
/** What a meter may be off by before a sum of it is called too much. */
const TOLERANCE_A = 0.05;

export interface SupplyFigures {
  /** How often somebody looked. */
  readonly instants: number;
  readonly overLimitInstants: number;
  readonly peakA: number;
  /** Instants in which the cars together drew more than half of what there is: else nothing was shared. */
  readonly loadedInstants: number;
}

/** Looks at what all cars draw together, by their own meters, again and again. */
export class SupplyWatch {
  readonly #streets: readonly Street[];
  readonly #stop = new AbortController();
  readonly #figures = { instants: 0, overLimitInstants: 0, peakA: 0, loadedInstants: 0 };
  readonly #watching: Promise<void>;

  constructor(streets: readonly Street[]) {
    this.#streets = streets;
    this.#watching = this.#watch();
    this.#watching.catch(() => {});
  }

  /** @throws whatever kept it from looking. */
  async end(): Promise<SupplyFigures> {
    this.#stop.abort();
    await this.#watching;
    return { ...this.#figures, peakA: Math.round(this.#figures.peakA * 10) / 10 };
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const states = (await Promise.all(this.#streets.map((street) => street.state()))).flat();
      const sumsA = [0, 0, 0];
      for (const { drawsA } of states.flatMap(({ connectors }) => connectors)) {
        drawsA.forEach((amperes, phase) => (sumsA[phase] = (sumsA[phase] ?? 0) + amperes));
      }
      this.#note(Math.max(...sumsA));
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  #note(highestA: number): void {
    this.#figures.instants += 1;
    this.#figures.peakA = Math.max(this.#figures.peakA, highestA);
    if (highestA > LIMIT_A + TOLERANCE_A) this.#figures.overLimitInstants += 1;
    if (highestA > LIMIT_A / 2) this.#figures.loadedInstants += 1;
  }
}
