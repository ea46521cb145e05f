import type { PointDescription } from "../adapter.ts";
import type { BoardPoint } from "../point-board.ts";
import { Hj212Error } from "./errors.ts";
import { knownFactor } from "./factors/factors.ts";
import type { FactorSettings, Hj212Settings } from "./settings.ts";

/** A factor as a point. */
export interface FactorPoint extends PointDescription, BoardPoint {
  readonly code: string;
  readonly min: number;
  readonly max: number;
}

/** What every station has beside its factors: 0 or 1. */
export const STATE_POINTS = [
  { id: "instrumentFault", unit: "", name: { zh: "仪器故障", en: "Instrument fault" } },
  { id: "maintenance", unit: "", name: { zh: "维护中", en: "Under maintenance" } },
  { id: "clockWrong", unit: "", name: { zh: "站点时钟错误", en: "Station clock wrong" } },
] as const satisfies readonly PointDescription[];

/** @throws Hj212Error `hj212/bad-settings` where a factor has no name, or two points have the same. */
export function factorPoints({ factors }: Hj212Settings): readonly FactorPoint[] {
  const points = factors.map(factorPoint);
  const taken = new Set<string>(STATE_POINTS.map(({ id }) => id));
  const codes = new Set<string>();
  for (const [index, { id, code }] of points.entries()) {
    if (taken.has(id)) throw bad(index, `two points are called ${id}; give one an id of its own`);
    if (codes.has(code)) throw bad(index, `code ${code} stands there twice`);
    taken.add(id);
    codes.add(code);
  }
  return points;
}

function factorPoint(settings: FactorSettings, index: number): FactorPoint {
  const { code, deadband, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = settings;
  const known = knownFactor(code);
  const { id = known?.id, unit = known?.unit, name = known?.name } = settings;
  if (id === undefined || unit === undefined || name === undefined) {
    throw bad(index, `code ${code} is in no table of ours: give it id, unit and name`);
  }
  if (min >= max) throw bad(index, `min ${min} is not below max ${max}`);
  return { code, id, unit, name, deadband, min, max };
}

function bad(index: number, message: string): Hj212Error {
  return new Hj212Error("hj212/bad-settings", `settings.factors[${index}]: ${message}`);
}
