/**
 * The life of one message: its intent is written down before each try, so that a try of which nobody knows the end is
 * made again under the same reference, and counted. Pure; times are monotonic.
 */
export interface SendState {
  /** `noting`: the intent of try number `attempts` is on its way to the disk. `trying`: it is being made. */
  readonly phase: "noting" | "trying" | "waiting" | "sent" | "given-up";
  readonly attempts: number;
  /** Tries of which nobody knows whether they arrived. */
  readonly uncertain: number;
  /** In `waiting`: the next try is due; in `noting`: the disk has had its time. */
  readonly dueMs: number;
}

/** How one try ended: it arrived, it did not, or nobody knows. `final`: trying again would end alike. */
export type SendOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "failed"; readonly reason: string; readonly isFinal?: boolean }
  | { readonly kind: "uncertain"; readonly reason: string };

export type SendInput =
  | { readonly kind: "noted"; readonly nowMs: number }
  | { readonly kind: "tick"; readonly nowMs: number }
  | { readonly kind: "ended"; readonly outcome: SendOutcome; readonly nowMs: number };

/** What the executor does next: write the row and say `noted`, make a try, or tell how it went. */
export type SendEffect = "note" | "try" | "tell" | undefined;

export interface SendStep {
  readonly state: SendState;
  readonly effect: SendEffect;
}

/** A disk that does not take the intent in this time does not keep people from being told. */
export const NOTE_WITHIN_MS = 3_000;
export const MAX_ATTEMPTS = 20;
/** So often the same message may reach somebody because nobody knew. */
export const MAX_UNCERTAIN = 3;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 60_000;

export function beginSending(nowMs: number): SendStep {
  return noting({ phase: "waiting", attempts: 0, uncertain: 0, dueMs: nowMs }, nowMs);
}

/** Goes on after a restart: what was being tried then may have arrived. */
export function resumeSending(kept: Pick<SendState, "phase" | "attempts" | "uncertain">, nowMs: number): SendState {
  const { phase, attempts, uncertain } = kept;
  if (phase === "sent" || phase === "given-up") return { phase, attempts, uncertain, dueMs: nowMs };
  return { phase: "waiting", attempts, uncertain: phase === "waiting" ? uncertain : uncertain + 1, dueMs: nowMs };
}

export function stepSending(state: SendState, input: SendInput): SendStep {
  const { nowMs } = input;
  switch (input.kind) {
    case "noted":
      return state.phase === "noting" ? { state: { ...state, phase: "trying" }, effect: "try" } : same(state);
    case "tick":
      if (nowMs < state.dueMs) return same(state);
      if (state.phase === "waiting") return noting(state, nowMs);
      return state.phase === "noting" ? { state: { ...state, phase: "trying" }, effect: "try" } : same(state);
    case "ended":
      return state.phase === "trying" ? ended(state, input.outcome, nowMs) : same(state);
  }
}

function ended(state: SendState, outcome: SendOutcome, nowMs: number): SendStep {
  if (outcome.kind === "sent") return { state: { ...state, phase: "sent" }, effect: "tell" };
  const uncertain = state.uncertain + (outcome.kind === "uncertain" ? 1 : 0);
  const isFinal = outcome.kind === "failed" && outcome.isFinal === true;
  if (isFinal || state.attempts >= MAX_ATTEMPTS || uncertain >= MAX_UNCERTAIN) {
    return { state: { ...state, uncertain, phase: "given-up" }, effect: "tell" };
  }
  const retryMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(state.attempts - 1, 10));
  return { state: { ...state, uncertain, phase: "waiting", dueMs: nowMs + retryMs }, effect: undefined };
}

function noting(state: SendState, nowMs: number): SendStep {
  const attempts = state.attempts + 1;
  return { state: { ...state, phase: "noting", attempts, dueMs: nowMs + NOTE_WITHIN_MS }, effect: "note" };
}

function same(state: SendState): SendStep {
  return { state, effect: undefined };
}
