import type { ClockConfidence } from "@outpost/kernel/clock.ts";

/** A wall clock that moved by more than this against the monotonic clock was stepped, not steered. */
export const STEP_TOLERANCE_MS = 2_000;
/** How far the fleet's time may be from ours to confirm it: the wait of a message on a slow line is part of it. */
export const CONFIRM_TOLERANCE_MS = 10_000;

/** The earliest time it can be. */
export interface TimeFloor {
  /** The latest of build time and every confirmed time; nothing lowers it. */
  readonly certainMs: number;
  /** The latest plausible time; a confirmed time may prove it wrong, as when a broken RTC once said 2099. */
  readonly likelyMs: number;
}

/** Why the wall clock is not to be trusted: it says what cannot be, it was stepped, or the fleet says otherwise. */
export type Doubt = "before-floor" | "stepped" | "contradicted";

/** What is known about the wall clock. `offsetMs` are wall minus monotonic: a step changes them, steering does not. */
export interface TimeState {
  readonly floor: TimeFloor;
  /** Where the clock stood when it was last judged; absent before the first look. */
  readonly offsetMs: number | undefined;
  /** Where it stood when a time source of this boot confirmed it. */
  readonly confirmedOffsetMs: number | undefined;
  readonly doubt: Doubt | undefined;
  /** When the time service last left its mark, in its own file time: each mark is believed once. */
  readonly markMs: number | undefined;
}

/** Both clocks at one moment. */
export interface Look {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** What a time source made of our wall clock. `aheadMs` is ours minus theirs. */
export type Confirmation =
  | { readonly kind: "confirmed" }
  | { readonly kind: "contradicted"; readonly aheadMs: number }
  /** The source names a time before the floor, so it is the source that is wrong. */
  | { readonly kind: "source-before-floor"; readonly floorMs: number };

/** The state before the first look in a boot. */
export function unjudged(floor: TimeFloor): TimeState {
  return { floor, offsetMs: undefined, confirmedOffsetMs: undefined, doubt: undefined, markMs: undefined };
}

/**
 * Judges the wall clock by both clocks alone.
 *
 * CLOCK_MONOTONIC and CLOCK_REALTIME are steered alike by NTP, so their difference changes by steps only. A clock that
 * comes back to where it was confirmed in this boot is confirmed again. One that is stepped out of "before the floor"
 * is judged as at boot: that is how a gateway without a battery gets its time.
 */
export function look(state: TimeState, at: Look): TimeState {
  const offsetMs = at.wallMs - at.monotonicMs;
  if (isNear(state.confirmedOffsetMs, offsetMs)) {
    return raiseFloor({ ...state, offsetMs: state.confirmedOffsetMs, doubt: undefined }, at.wallMs);
  }
  if (at.wallMs < floorMs(state) - STEP_TOLERANCE_MS) return { ...state, offsetMs, doubt: "before-floor" };
  if (state.offsetMs === undefined || state.doubt === "before-floor") {
    return raiseFloor({ ...state, offsetMs, doubt: undefined }, at.wallMs);
  }
  if (!isNear(state.offsetMs, offsetMs)) return { ...state, offsetMs, doubt: "stepped" };
  return raiseFloor(state, at.wallMs);
}

/**
 * Judges the wall clock by what the fleet says the time is.
 *
 * @param serverMs  the fleet's Unix time, at most a message's delay old. It can take a plausible clock's standing away,
 *   but not a confirmed one's: a fleet with a wrong clock must not make a gateway doubt its own.
 */
export function confirm(before: TimeState, at: Look, serverMs: number): readonly [TimeState, Confirmation] {
  const state = look(before, at);
  if (serverMs < state.floor.certainMs - CONFIRM_TOLERANCE_MS) {
    return [state, { kind: "source-before-floor", floorMs: state.floor.certainMs }];
  }
  const aheadMs = at.wallMs - serverMs;
  if (Math.abs(aheadMs) <= CONFIRM_TOLERANCE_MS) return [trust(state, at), { kind: "confirmed" }];
  const doubt = confidenceOf(state) === "plausible" ? "contradicted" : state.doubt;
  return [
    { ...state, doubt },
    { kind: "contradicted", aheadMs },
  ];
}

/**
 * Judges the wall clock by the mark that the machine's own time service leaves whenever it has set or checked it.
 *
 * @param markMs  undefined where there is no mark. Only a new mark counts, since the clock may have been stepped after
 *   an old one; and none that stands before the floor.
 */
export function synchronize(before: TimeState, at: Look, markMs: number | undefined): TimeState {
  const state = { ...look(before, at), markMs };
  const isNew = markMs !== undefined && markMs !== before.markMs;
  return isNew && at.wallMs >= state.floor.certainMs - STEP_TOLERANCE_MS ? trust(state, at) : state;
}

/** What the last look made of the wall clock. */
export function confidenceOf(state: TimeState): ClockConfidence {
  if (state.offsetMs === undefined || state.doubt !== undefined) return "doubtful";
  return isNear(state.confirmedOffsetMs, state.offsetMs) ? "confirmed" : "plausible";
}

/** The earliest time it can be, in Unix milliseconds. */
export function floorMs(state: TimeState): number {
  return Math.max(state.floor.certainMs, state.floor.likelyMs);
}

function trust(state: TimeState, at: Look): TimeState {
  const offsetMs = at.wallMs - at.monotonicMs;
  const certainMs = Math.max(state.floor.certainMs, at.wallMs);
  return {
    floor: { certainMs, likelyMs: certainMs },
    offsetMs,
    confirmedOffsetMs: offsetMs,
    doubt: undefined,
    markMs: state.markMs,
  };
}

function raiseFloor(state: TimeState, wallMs: number): TimeState {
  switch (confidenceOf(state)) {
    case "confirmed":
      return { ...state, floor: { ...state.floor, certainMs: Math.max(state.floor.certainMs, wallMs) } };
    case "plausible":
      return { ...state, floor: { ...state.floor, likelyMs: Math.max(state.floor.likelyMs, wallMs) } };
    case "doubtful":
      return state;
  }
}

function isNear(knownMs: number | undefined, offsetMs: number): boolean {
  return knownMs !== undefined && Math.abs(offsetMs - knownMs) <= STEP_TOLERANCE_MS;
}
