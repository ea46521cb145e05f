import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

/** However often a thing happens, it is told at most this often. */
const TELL_EVERY_MS = 60_000;

interface Count {
  total: number;
  untold: number;
  toldAtMs: number;
}

/** Counts what strangers and broken senders do, and logs it at a bounded rate. */
export class Tally<Reason extends string> {
  readonly #deps: { readonly clock: Pick<Clock, "monotonicMs">; readonly log: Log };
  readonly #counts = new Map<Reason, Count>();

  constructor(deps: { readonly clock: Pick<Clock, "monotonicMs">; readonly log: Log }) {
    this.#deps = deps;
  }

  of(reason: Reason): number {
    return this.#counts.get(reason)?.total ?? 0;
  }

  /** @returns whether it was told. */
  count(reason: Reason, fields: object): boolean {
    const nowMs = this.#deps.clock.monotonicMs();
    const count = this.#counts.get(reason) ?? { total: 0, untold: 0, toldAtMs: Number.NEGATIVE_INFINITY };
    this.#counts.set(reason, count);
    count.total += 1;
    count.untold += 1;
    if (nowMs - count.toldAtMs < TELL_EVERY_MS) return false;
    this.#deps.log.warn("DC-09: not taken", { reason, ...fields, times: count.untold });
    count.untold = 0;
    count.toldAtMs = nowMs;
    return true;
  }
}
