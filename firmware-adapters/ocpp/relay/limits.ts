import type { LimitOrder, StationProtocol } from "../station/station-host.ts";

interface Fallback {
  readonly limitA: number;
  readonly maxA: number;
  isTaken: boolean;
}

/** What our supply has set at a relayed station: its fallbacks, and the grants that may still be in force. */
export class RelayedLimits {
  readonly #fallbacks = new Map<number, Fallback>();
  readonly #grants = new Map<number, { readonly order: LimitOrder; readonly untilMs: number }>();

  /** @returns whether it is another than before. */
  want(connectorId: number, limitA: number, maxA: number): boolean {
    const before = this.#fallbacks.get(connectorId);
    if (before?.limitA === limitA && before.maxA === maxA) return false;
    this.#fallbacks.set(connectorId, { limitA, maxA, isTaken: false });
    return true;
  }

  isTaken(connectorId: number, limitA: number): boolean {
    const fallback = this.#fallbacks.get(connectorId);
    return fallback?.isTaken === true && fallback.limitA === limitA;
  }

  /** The station may have lost what it was set to, or has been set to something else. */
  doubt(): void {
    for (const fallback of this.#fallbacks.values()) fallback.isTaken = false;
  }

  /** Sets the fallbacks that the station has not taken in. */
  async take(protocol: StationProtocol, signal: AbortSignal): Promise<void> {
    for (const [connectorId, fallback] of this.#fallbacks) {
      if (fallback.isTaken) continue;
      const stationMaxA = [...this.#fallbacks.values()].reduce((sum, { maxA }) => sum + maxA, 0);
      const isTaken = await protocol.setFallback(connectorId, fallback.limitA, stationMaxA, signal);
      // Another may have been asked for meanwhile.
      if (this.#fallbacks.get(connectorId) === fallback) fallback.isTaken = isTaken;
    }
  }

  /** The station has accepted a grant. */
  granted(order: LimitOrder, nowMs: number): void {
    this.#grants.set(order.connectorId, { order, untilMs: nowMs + order.leaseMs });
  }

  /** The grants that are still good, with what is left of them. */
  left(nowMs: number): readonly LimitOrder[] {
    return [...this.#grants.values()].flatMap(({ order, untilMs }) =>
      untilMs - nowMs < MIN_LEFT_MS ? [] : [{ ...order, leaseMs: untilMs - nowMs }],
    );
  }
}

/** What ends sooner is not worth a message. */
const MIN_LEFT_MS = 2_000;
