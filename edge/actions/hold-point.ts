/** Holds one point at the value that is wanted. Pure: inputs and time in, writes out. Times are monotonic. */
export interface HoldState {
  readonly wanted: number;
  /** The point may not be where it should be: a write is owed. */
  readonly isOwed: boolean;
  /** The value being written; one write at a time. */
  readonly writing: number | undefined;
  /** No write before this: after a failure, and between writes that the read-back contradicts. */
  readonly notBeforeMs: number;
  /** A reading from before this says nothing about the last write. */
  readonly wroteAtMs: number;
  readonly failures: number;
  /** Since when writes have failed without a success between. */
  readonly failingSinceMs: number | undefined;
  /** Since when the read-back has shown something else, whatever the writes' answers were. */
  readonly contradictedSinceMs: number | undefined;
}

export type HoldInput =
  | { readonly kind: "wanted"; readonly value: number; readonly nowMs: number }
  /** `value`: null where the quality is bad. `nowMs`: when it was read. */
  | { readonly kind: "reading"; readonly value: number | null; readonly nowMs: number }
  | { readonly kind: "online"; readonly nowMs: number }
  | { readonly kind: "wrote"; readonly isDone: boolean; readonly nowMs: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** `write`: the value to write now, or undefined. `isFailing`: the point could not be held for a while. */
export interface HoldStep {
  readonly state: HoldState;
  readonly write: number | undefined;
  readonly isFailing: boolean;
}

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
/** Between two writes of which the read-back shows nothing: a device that is slow to show is not hammered. */
const REASSERT_MS = 1_000;
/** How long a point may resist before somebody is told. */
export const FAILING_AFTER_MS = 5_000;

/** A point that nobody calls for. */
export function notHeld(idle: number): HoldState {
  return {
    wanted: idle,
    isOwed: false,
    writing: undefined,
    notBeforeMs: 0,
    wroteAtMs: 0,
    failures: 0,
    failingSinceMs: undefined,
    contradictedSinceMs: undefined,
  };
}

/** @param idle  the value of a point that nobody calls for. */
export function stepHold(idle: number, state: HoldState, input: HoldInput): HoldStep {
  const next = take(idle, state, input);
  const { nowMs } = input;
  const sinceMs = Math.min(next.failingSinceMs ?? nowMs, next.contradictedSinceMs ?? nowMs);
  const isFailing = nowMs - sinceMs >= FAILING_AFTER_MS;
  if (!next.isOwed || next.writing !== undefined || nowMs < next.notBeforeMs) {
    return { state: next, write: undefined, isFailing };
  }
  const write = next.wanted;
  return { state: { ...next, writing: write }, write, isFailing };
}

function take(idle: number, state: HoldState, input: HoldInput): HoldState {
  switch (input.kind) {
    case "wanted":
      if (input.value === state.wanted) return state;
      // A change of mind is written at once, whatever was waited for.
      return { ...owedNow(state, input.nowMs), wanted: input.value, contradictedSinceMs: undefined };
    case "reading":
      return read(state, input);
    case "online":
      // A device that was away may have lost the siren's coil; nobody is harmed where it had not.
      return state.wanted !== idle || state.isOwed ? owedNow(state, input.nowMs) : state;
    case "wrote":
      return wrote(state, input);
    case "tick":
      return state;
  }
}

function read(state: HoldState, input: Extract<HoldInput, { kind: "reading" }>): HoldState {
  if (input.value === null || state.writing !== undefined || input.nowMs <= state.wroteAtMs) return state;
  if (input.value === state.wanted) return { ...settled(state), contradictedSinceMs: undefined };
  const contradictedSinceMs = state.contradictedSinceMs ?? input.nowMs;
  if (state.isOwed) return { ...state, contradictedSinceMs };
  return { ...state, isOwed: true, notBeforeMs: state.wroteAtMs + REASSERT_MS, contradictedSinceMs };
}

function owedNow(state: HoldState, nowMs: number): HoldState {
  return { ...state, isOwed: true, notBeforeMs: nowMs, failures: 0 };
}

function wrote(state: HoldState, input: Extract<HoldInput, { kind: "wrote" }>): HoldState {
  const { isDone, nowMs } = input;
  const ended = { ...state, writing: undefined, wroteAtMs: nowMs };
  if (isDone && state.writing === state.wanted) return settled(ended);
  // It was called otherwise while the write was under way: that write is owed now.
  if (state.writing !== state.wanted) return { ...ended, isOwed: true, notBeforeMs: nowMs };
  const retryMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(state.failures, 10));
  return {
    ...ended,
    isOwed: true,
    failures: state.failures + 1,
    notBeforeMs: nowMs + retryMs,
    failingSinceMs: state.failingSinceMs ?? nowMs,
  };
}

function settled(state: HoldState): HoldState {
  return { ...state, isOwed: false, failures: 0, failingSinceMs: undefined };
}
