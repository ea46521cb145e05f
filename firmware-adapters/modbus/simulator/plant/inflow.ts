const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const DRY_MEAN_LPS = 12;
const STORM_PEAK_LPS = 300;
const STORM_RISE_MS = 60_000;

/** Rain over the catchment, on the plant's own time. */
export interface Storm {
  readonly startedAtMs: number;
  readonly lengthMs: number;
}

/**
 * Sewage on a dry day: peaks in the morning and the evening, least before dawn.
 *
 * @param timeOfDayMs  since midnight; any number of days on is the same.
 * @returns            litres per second, about 5 to 20.
 */
export function dryWeatherInflowLps(timeOfDayMs: number): number {
  const hour = (timeOfDayMs / HOUR_MS) % DAY_HOURS;
  const twoPeaks = 1 + 0.35 * Math.cos((2 * Math.PI * (hour - 8)) / 12);
  const dayAndNight = 1 + 0.25 * Math.cos((2 * Math.PI * (hour - 14)) / DAY_HOURS);
  return DRY_MEAN_LPS * twoPeaks * dayAndNight;
}

/**
 * What a storm adds: a rise within a minute, its peak for the first half, then an even fall.
 *
 * @returns litres per second, 0 before and after the storm.
 */
export function stormInflowLps(storm: Storm, atMs: number): number {
  const passedMs = atMs - storm.startedAtMs;
  if (passedMs <= 0 || passedMs >= storm.lengthMs) return 0;
  const rise = Math.min(1, passedMs / Math.min(STORM_RISE_MS, storm.lengthMs / 2));
  const fall = Math.min(1, (storm.lengthMs - passedMs) / (storm.lengthMs / 2));
  return STORM_PEAK_LPS * Math.min(rise, fall);
}
