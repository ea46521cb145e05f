import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Indicator } from "../life/button-life.ts";
import type { Outputs } from "./lines.ts";

/** What the caller sees and hears for a while; without an end where `forMs` is absent. */
export interface SignalStep {
  readonly isLit: boolean;
  readonly isSounding: boolean;
  readonly forMs?: number;
}

/** Steps once through, then `again` and again. */
export interface SignalPattern {
  readonly first: readonly SignalStep[];
  readonly again: readonly SignalStep[];
}

/**
 * What each state looks and sounds like: raised blinks and beeps fast, delivered blinks slowly and is quiet, acknowledged
 * stays lit after one long tone. Nobody has to be able to see to know that somebody answered.
 */
export const PATTERNS: Readonly<Record<Indicator, SignalPattern>> = {
  0: { first: [], again: [{ isLit: false, isSounding: false }] },
  1: {
    first: [],
    again: [
      { isLit: true, isSounding: true, forMs: 250 },
      { isLit: false, isSounding: false, forMs: 250 },
    ],
  },
  2: {
    first: [],
    again: [
      { isLit: true, isSounding: false, forMs: 1_000 },
      { isLit: false, isSounding: false, forMs: 1_000 },
    ],
  },
  3: {
    first: [{ isLit: true, isSounding: true, forMs: 1_000 }],
    again: [{ isLit: true, isSounding: false }],
  },
};

/** Outputs that cannot be set are tried again after this time. */
const AGAIN_AFTER_MS = 5_000;

export interface SignalsDeps {
  readonly clock: Clock;
  readonly outputs: Outputs;
  /** The levels that stand for a step, in the order of the outputs' lines. */
  levelsOf(step: SignalStep): readonly (0 | 1)[];
  /** Undefined: the caller sees what is to be seen. Otherwise why not. */
  onFault(reason: string | undefined): void;
}

/** Plays what the caller is to see on the button's lamp and buzzer. */
export class Signals {
  readonly #deps: SignalsDeps;
  #wanted: Indicator;
  #change = Promise.withResolvers<void>();
  readonly #waiting: ((fault: string | undefined) => void)[] = [];

  constructor(first: Indicator, deps: SignalsDeps) {
    this.#wanted = first;
    this.#deps = deps;
  }

  /** From now on this. @returns why it is not shown, undefined where it is. */
  async show(value: Indicator, signal: AbortSignal): Promise<string | undefined> {
    const shown = Promise.withResolvers<string | undefined>();
    const onAbort = (): void => shown.reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(shown.resolve);
    this.#wanted = value;
    this.#change.resolve();
    try {
      return await shown.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Plays until the signal aborts; then the lines are let go. */
  async run(signal: AbortSignal): Promise<never> {
    await using _ = this.#deps.outputs;
    const onAbort = (): void => this.#change.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    for (;;) {
      signal.throwIfAborted();
      const changed = Promise.withResolvers<void>();
      this.#change = changed;
      const over = new AbortController();
      const playing = this.#play(PATTERNS[this.#wanted], AbortSignal.any([signal, over.signal]));
      await changed.promise;
      over.abort(new Error("something else is to be shown"));
      await playing;
    }
  }

  async #play({ first, again }: SignalPattern, signal: AbortSignal): Promise<void> {
    for (let round = 0; !signal.aborted; round += 1) {
      for (const step of round === 0 && first.length > 0 ? first : again) {
        const waitMs = await this.#set(step, signal);
        // Ends early when something else is to be shown.
        if (waitMs === undefined) await aborted(signal);
        else await this.#deps.clock.sleep(waitMs, signal).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }

  /** @returns how long to stay so; undefined for ever. */
  async #set(step: SignalStep, signal: AbortSignal): Promise<number | undefined> {
    const { clock, outputs } = this.#deps;
    const beganMs = clock.monotonicMs();
    try {
      await outputs.set(this.#deps.levelsOf(step), signal);
      this.#answer(undefined);
      return step.forMs === undefined ? undefined : Math.max(1, step.forMs - (clock.monotonicMs() - beganMs));
    } catch (error) {
      if (signal.aborted) return 1;
      this.#answer(asError(error).message);
      return AGAIN_AFTER_MS;
    }
  }

  #answer(fault: string | undefined): void {
    this.#deps.onFault(fault);
    for (const answer of this.#waiting.splice(0)) answer(fault);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
