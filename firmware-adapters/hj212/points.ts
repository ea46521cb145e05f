import type { PointDescription } from "../adapter.ts";
import { quantityPoints, type QuantityPoint } from "../receiving/quantities.ts";
import { Hj212Error } from "./errors.ts";
import { knownFactor } from "./factors/factors.ts";
import type { Hj212Settings } from "./settings.ts";

/** What every station has beside its factors: 0 or 1. */
export const STATE_POINTS = [
  { id: "instrumentFault", unit: "", name: { zh: "仪器故障", en: "Instrument fault" } },
  { id: "maintenance", unit: "", name: { zh: "维护中", en: "Under maintenance" } },
  { id: "clockWrong", unit: "", name: { zh: "站点时钟错误", en: "Station clock wrong" } },
] as const satisfies readonly PointDescription[];

/** @throws Hj212Error `hj212/bad-settings` where a factor has no name, or two points have the same. */
export function factorPoints({ factors }: Hj212Settings): readonly QuantityPoint[] {
  const points = quantityPoints(
    factors,
    knownFactor,
    STATE_POINTS.map(({ id }) => id),
  );
  if (!("problem" in points)) return points;
  throw new Hj212Error("hj212/bad-settings", `settings.factors[${points.index}]: ${points.problem}`);
}
