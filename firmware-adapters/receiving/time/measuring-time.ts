/** What is known when a record with a time of its own arrives. */
export interface MeasuringTime {
  /** When the station says that it measured. */
  readonly measuredAtMs: number;
  /** By our wall clock. */
  readonly nowMs: number;
  readonly isClockConfident: boolean;
  /** The latest measuring time of this station that was live; undefined before the first. */
  readonly latestMs: number | undefined;
  /** How old a live value may be, and how far ahead a station's clock. */
  readonly liveWithinMs: number;
}

/**
 * Whether a record says how things are now, or how they were.
 *
 * `live`: now. `clock-ahead`: now, by a station whose clock is wrong. `historic`: it is older than a live value may be, or
 * than what the station said last; it must not move a point. While our own clock is doubtful, only the order counts.
 */
export function judgeTime(time: MeasuringTime): "live" | "clock-ahead" | "historic" {
  const { measuredAtMs, nowMs, isClockConfident, latestMs, liveWithinMs } = time;
  if (!isClockConfident) return latestMs !== undefined && measuredAtMs < latestMs ? "historic" : "live";
  if (measuredAtMs < nowMs - liveWithinMs) return "historic";
  if (measuredAtMs > nowMs + liveWithinMs) {
    return latestMs !== undefined && measuredAtMs < latestMs ? "historic" : "clock-ahead";
  }
  // A latest time beyond what can be is a mark of the station's wrong clock, which has been set since.
  const isLatestPossible = latestMs !== undefined && latestMs <= nowMs + liveWithinMs;
  return isLatestPossible && measuredAtMs < latestMs ? "historic" : "live";
}
