import type { AlarmRecord } from "@outpost/wire/records.ts";

import { ON_DELAY_MS, type Trust } from "./clock-site.ts";

/** How much later than its due time, or than the gateway's return where that was later, a siren may sound. */
export const LATE_MS = 6_000;
/** Two processes round the same clock to milliseconds. */
const ROUNDING_MS = 2;

/** One round as it was seen at the station. Times are true Unix milliseconds. */
export interface Round {
  readonly fault: { readonly name: string; readonly raised: Trust; readonly cleared: Trust };
  readonly trippedAtMs: number;
  /** When the siren came on; undefined where it was off at `soundsBy`. */
  readonly sirenAtMs: number | undefined;
}

export interface Verdict {
  /** Sirens that sounded before their delay was over. */
  readonly early: number;
  /** Sirens that did not sound in time, and trips of which the fleet has no alarm. */
  readonly missed: number;
  /** Alarms more than there were trips. */
  readonly duplicated: number;
  /** Steps of an occurrence that stand behind a later one. */
  readonly reordered: number;
  /** Steps whose record says the wrong thing of the clock. */
  readonly untold: number;
}

/** The latest moment at which the siren of a trip may sound. */
export function soundsBy(trippedAtMs: number, readyAtMs: number): number {
  return Math.max(trippedAtMs + ON_DELAY_MS, readyAtMs) + LATE_MS;
}

/**
 * Judges the rounds by what the station saw and what the fleet holds.
 *
 * @param steps  the rule's records at the fleet, in the order in which the gateway wrote them.
 */
export function judge(rounds: readonly Round[], steps: readonly AlarmRecord[]): Verdict {
  const raises = steps.filter(({ change }) => change === "raised" || change === "re-raised");
  const clears = steps.filter(({ change }) => change === "cleared");
  const silent = rounds.filter(({ sirenAtMs }) => sirenAtMs === undefined).length;
  const expectedRaises = rounds.map(({ fault }) => fault.raised);
  const expectedClears = rounds.map(({ fault }) => fault.cleared);
  return {
    early: rounds.filter(isEarly).length,
    missed: Math.max(silent, rounds.length - raises.length),
    duplicated: Math.max(0, raises.length - rounds.length),
    reordered: countReordered(steps),
    untold: countUntold(expectedRaises, raises) + countUntold(expectedClears, clears),
  };
}

function isEarly({ trippedAtMs, sirenAtMs }: Round): boolean {
  return sirenAtMs !== undefined && sirenAtMs < trippedAtMs + ON_DELAY_MS - ROUNDING_MS;
}

function countUntold(expected: readonly Trust[], steps: readonly AlarmRecord[]): number {
  const said = steps.map(({ clockConfidence }): Trust => (clockConfidence === "doubtful" ? "doubtful" : "trusted"));
  return expected.filter((trust, index) => said[index] !== trust).length;
}

function countReordered(steps: readonly AlarmRecord[]): number {
  const newest = new Map<string, number>();
  let reordered = 0;
  for (const { occurrenceId, version } of steps) {
    const before = newest.get(occurrenceId) ?? 0;
    if (version < before) reordered += 1;
    newest.set(occurrenceId, Math.max(version, before));
  }
  return reordered;
}
