import type { Clock } from "@outpost/kernel/clock.ts";
import { z } from "zod";

import { PHASES, type PerPhase } from "../../words.ts";
import type { Connector } from "../station/connector.ts";

/** The supply's phases behind a station's own L1, L2 and L3. */
export const wiring = z
  .tuple([z.enum(PHASES), z.enum(PHASES), z.enum(PHASES)])
  .refine((phases) => new Set(phases).size === phases.length, "each phase once");
export type Wiring = z.infer<typeof wiring>;

export interface WiredStation {
  readonly identity: string;
  readonly wiring: Wiring;
  readonly connectors: readonly Connector[];
}

const LOOK_EVERY_MS = 200;

/** The fuse that several stations hang on, as an ammeter beside it sees it: what flows on each phase, and the most that did. */
export class SharedSupply implements AsyncDisposable {
  readonly #limitA: number;
  readonly #stations: readonly WiredStation[];
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #highestA: PerPhase = { L1: 0, L2: 0, L3: 0 };

  constructor(limitA: number, stations: readonly WiredStation[], { clock }: { readonly clock: Clock }) {
    this.#limitA = limitA;
    this.#stations = stations;
    this.#watching = this.#watch(clock);
  }

  drawsA(): PerPhase {
    const sum = { L1: 0, L2: 0, L3: 0 };
    for (const { wiring: phases, connectors } of this.#stations) {
      for (const { outlet } of connectors) {
        phases.forEach((phase, index) => (sum[phase] += outlet.currentA[index] ?? 0));
      }
    }
    return sum;
  }

  state(): object {
    const wirings = this.#stations.map(({ identity, wiring: phases }) => [identity, phases]);
    return {
      limitA: this.#limitA,
      drawsA: this.drawsA(),
      highestA: this.#highestA,
      wiring: Object.fromEntries(wirings),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the supply was taken away"));
    await this.#watching;
  }

  async #watch(clock: Clock): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        const now = this.drawsA();
        const [L1, L2, L3] = PHASES.map((phase) => Math.max(now[phase], this.#highestA[phase]));
        this.#highestA = { L1: L1 ?? 0, L2: L2 ?? 0, L3: L3 ?? 0 };
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
