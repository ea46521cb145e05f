import type { Name, PointDescription } from "../adapter.ts";
import type { Reading } from "../event.ts";
import type { BoardPoint } from "../point-board.ts";

/** Something that stations measure, as a standard codes it. */
export interface Quantity {
  readonly code: string;
  /** What its point is called unless the settings say otherwise. */
  readonly id: string;
  readonly unit: string;
  readonly name: Name;
}

/** What the site file says of one; see `quantitySettings`. */
export interface QuantitySettings {
  readonly code: string;
  readonly id?: string | undefined;
  readonly unit?: string | undefined;
  readonly name?: Name | undefined;
  readonly deadband: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** A quantity as a point of one station. */
export interface QuantityPoint extends PointDescription, BoardPoint {
  readonly code: string;
  readonly min: number;
  readonly max: number;
}

/**
 * The points of a station.
 *
 * @param known     what the standard's tables say of a code.
 * @param taken     points the station has anyway.
 * @returns the points, or what does not fit: which of the settings, and why.
 */
export function quantityPoints(
  settings: readonly QuantitySettings[],
  known: (code: string) => Quantity | undefined,
  taken: readonly string[],
): readonly QuantityPoint[] | { readonly index: number; readonly problem: string } {
  const points: QuantityPoint[] = [];
  const [ids, codes] = [new Set(taken), new Set<string>()];
  for (const [index, one] of settings.entries()) {
    const { code, deadband, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = one;
    const found = known(code);
    const { id = found?.id, unit = found?.unit, name = found?.name } = one;
    if (id === undefined || unit === undefined || name === undefined) {
      return { index, problem: `code ${code} is in no table of ours: give it id, unit and name` };
    }
    if (min >= max) return { index, problem: `min ${min} is not below max ${max}` };
    if (ids.has(id)) return { index, problem: `two points are called ${id}; give one an id of its own` };
    if (codes.has(code)) return { index, problem: `code ${code} stands there twice` };
    ids.add(id);
    codes.add(code);
    points.push({ code, id, unit, name, deadband, min, max });
  }
  return points;
}

/** A value within what the instrument can measure is good. */
export function withinRange(value: number, { min, max }: QuantityPoint): Reading {
  if (value >= min && value <= max) return { quality: "good", value };
  return { quality: "bad", reason: "out-of-range", detail: `${value} is not within ${min} and ${max}` };
}
