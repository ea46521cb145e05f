import type { Reading } from "../../event.ts";
import type { Writable } from "../profile.ts";

const HOUR_MS = 3_600_000;

/**
 * What was seen of one machine's running, on the monotonic clock. Starts count whoever caused them: the motor's
 * temperature does not care whether the station's own level control or a person started it.
 */
export interface RunHistory {
  /** `unknown` before the first reading and while the point cannot be read. */
  readonly state: "unknown" | "running" | "stopped";
  readonly startsAtMs: readonly number[];
  /** When it was first seen stopped in this stop. */
  readonly stoppedAtMs: number;
}

export const NEVER_SEEN: RunHistory = { state: "unknown", startsAtMs: [], stoppedAtMs: 0 };

/** Takes one reading of the run state into account. */
export function observeRun(history: RunHistory, reading: Reading, nowMs: number): RunHistory {
  if (reading.quality === "bad") return { ...history, state: "unknown" };
  const isRunning = reading.value !== 0;
  switch (history.state) {
    case "running":
      return isRunning ? history : { ...history, state: "stopped", stoppedAtMs: nowMs };
    case "stopped":
      return isRunning ? { ...history, state: "running", startsAtMs: withStart(history, nowMs) } : history;
    case "unknown":
      // It may have stopped just now, so the minimum off time counts from here: too long rather than too short.
      return isRunning ? { ...history, state: "running" } : { ...history, state: "stopped", stoppedAtMs: nowMs };
  }
}

/**
 * Judges whether one more start is allowed.
 *
 * @returns undefined where it is; otherwise why not.
 */
export function startRefusal(
  history: RunHistory,
  limits: NonNullable<Writable["startLimits"]>,
  nowMs: number,
): string | undefined {
  const starts = history.startsAtMs.filter((atMs) => atMs > nowMs - HOUR_MS).length;
  if (starts >= limits.maxStartsPerHour) return `${starts} starts within the hour, ${limits.maxStartsPerHour} allowed`;
  if (history.state === "unknown") return "its run state is not known";
  const offMs = nowMs - history.stoppedAtMs;
  if (history.state === "stopped" && offMs < limits.minOffMs) {
    return `seen stopped for ${Math.floor(offMs / 1_000)} s, ${limits.minOffMs / 1_000} s are needed`;
  }
  return undefined;
}

function withStart(history: RunHistory, nowMs: number): readonly number[] {
  // Bounded: what is older than an hour no longer counts.
  return [...history.startsAtMs.filter((atMs) => atMs > nowMs - HOUR_MS), nowMs];
}
