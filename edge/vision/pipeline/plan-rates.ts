import type { PriorityClass } from "@outpost/models/algorithm.ts";

/** A model that looks at a camera, as often as the quickest of its algorithms wants. */
export interface Demand {
  readonly key: string;
  readonly wantedFps: number;
  /** The highest of its algorithms'. */
  readonly priority: PriorityClass;
  /** CPU time of one look, in milliseconds. */
  readonly costMs: number;
}

/** What a demand gets. `shortfall`: the share of the wanted rate that is missing, 0 to 1. */
export interface Grant {
  readonly key: string;
  readonly fps: number;
  readonly shortfall: number;
}

/** Who is served first; those behind share what is left. */
const ORDER: readonly PriorityClass[] = ["critical", "standard", "slow"];
/** However short the machine is, everybody is looked at this often. */
const LEAST_FPS = 1 / 60;

/**
 * Shares a budget of CPU time among demands. The critical ones have all they want before the others have anything; what
 * is left of a class that does not fit is shared in proportion, and slow algorithms give way first.
 *
 * @param budgetMsPerS  CPU time a second.
 */
export function planRates(demands: readonly Demand[], budgetMsPerS: number): readonly Grant[] {
  const grants = new Map<string, Grant>();
  let leftMsPerS = budgetMsPerS;
  for (const priority of ORDER) {
    const inClass = demands.filter((one) => one.priority === priority);
    const wantedMsPerS = inClass.reduce((sum, { wantedFps, costMs }) => sum + wantedFps * costMs, 0);
    const share = wantedMsPerS <= leftMsPerS ? 1 : Math.max(0, leftMsPerS) / wantedMsPerS;
    for (const { key, wantedFps } of inClass) {
      const fps = Math.max(wantedFps * share, Math.min(wantedFps, LEAST_FPS));
      grants.set(key, { key, fps, shortfall: wantedFps === 0 ? 0 : 1 - fps / wantedFps });
    }
    leftMsPerS -= wantedMsPerS * share;
  }
  return demands.map(({ key }) => grants.get(key) ?? { key, fps: 0, shortfall: 1 });
}
