/** Values of the last seconds. */
export interface TimedValue {
  readonly atS: number;
  readonly value: number;
}

/** A window is cut to this many values, oldest first: a camera of 60 frames a second for a minute. */
const MAX_VALUES = 3_600;

/** The window with one more value and without those that are older than `windowS`. */
export function addToWindow(window: readonly TimedValue[], one: TimedValue, windowS: number): readonly TimedValue[] {
  return [...window.filter(({ atS }) => one.atS - atS <= windowS), one].slice(-MAX_VALUES);
}

/** The middle value; of an even count the lower one. 0 where there is none. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
