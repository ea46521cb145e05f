import type { PointDescription } from "../adapter.ts";
import { quantityPoints, type QuantityPoint } from "../receiving/quantities.ts";
import { knownElement } from "./elements/elements.ts";
import { STATES } from "./elements/states.ts";
import { Sl651Error } from "./errors.ts";
import type { Sl651Settings } from "./settings.ts";

const CLOCK_WRONG = { id: "clockWrong", unit: "", name: { zh: "站点时钟错误", en: "Station clock wrong" } };

/** The points of a station. */
export interface StationPoints {
  readonly elements: readonly QuantityPoint[];
  /** 0 or 1: bits of its state word, and `clockWrong`. */
  readonly states: readonly PointDescription[];
}

/** @throws Sl651Error `sl651/bad-settings` where an element has no name, or two points have the same. */
export function stationPoints({ elements, states }: Sl651Settings): StationPoints {
  const statePoints = [...new Set(states)].map((id) => ({ id, unit: "", name: STATES[id].name }));
  const all = [...statePoints, CLOCK_WRONG];
  const points = quantityPoints(
    elements,
    knownElement,
    all.map(({ id }) => id),
  );
  if (!("problem" in points)) return { elements: points, states: all };
  throw new Sl651Error("sl651/bad-settings", `settings.elements[${points.index}]: ${points.problem}`);
}
