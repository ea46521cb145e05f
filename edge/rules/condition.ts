import { compare, startComparator, type ComparatorInput, type ComparatorMemory } from "./comparator.ts";
import type { Rule } from "./rule.ts";

/** Where a condition stands between its comparator and its alarm. Deadlines are monotonic. */
export type Phase =
  | { readonly kind: "off" }
  | { readonly kind: "arming"; readonly dueMs: number }
  | { readonly kind: "on" }
  | { readonly kind: "leaving"; readonly dueMs: number };

/** A comparator with its on-delay and off-delay. */
export interface ConditionState {
  readonly memory: ComparatorMemory;
  readonly phase: Phase;
  /** Whether the last reading was good: a delay that runs out on a bad value decides nothing. */
  readonly isGood: boolean;
  /** The last good value. */
  readonly value: number | null;
}

export interface ConditionStep {
  readonly state: ConditionState;
  readonly change: "raise" | "clear" | undefined;
}

type Timing = Pick<Rule, "comparator" | "onDelayMs" | "offDelayMs">;

/** @param phase  `off` for a new rule; what was written down for one that ran before. */
export function startCondition(rule: Timing, nowMs: number, phase: Phase = { kind: "off" }): ConditionState {
  const isOn = phase.kind === "arming" || phase.kind === "on";
  return { memory: startComparator(isOn, nowMs), phase, isGood: rule.comparator.kind === "stale", value: null };
}

/**
 * Takes one reading, or the passing of time. The delays run on the monotonic clock; a deadline that passes while the
 * value is bad is judged at the next good reading.
 */
export function stepCondition(rule: Timing, state: ConditionState, input: ComparatorInput): ConditionStep {
  const memory = compare(rule.comparator, state.memory, input);
  const isReading = input.kind === "reading";
  const next = {
    memory,
    isGood: rule.comparator.kind === "stale" || (isReading ? input.value !== null : state.isGood),
    value: isReading && input.value !== null ? input.value : state.value,
  };
  const phase = stepPhase(rule, state.phase, next, input.nowMs);
  const wasRaised = isRaised(state.phase);
  const change = isRaised(phase) === wasRaised ? undefined : wasRaised ? "clear" : "raise";
  return { state: { ...next, phase }, change };
}

/** When time alone may change the state: monotonic, or undefined. */
export function nextDueMs(rule: Timing, state: ConditionState): number | undefined {
  const { phase, memory } = state;
  const isWaiting = state.isGood && (phase.kind === "arming" || phase.kind === "leaving");
  const delayMs = isWaiting ? phase.dueMs : Number.POSITIVE_INFINITY;
  const isAgeing = rule.comparator.kind === "stale" && !memory.isOn;
  const staleMs = isAgeing ? memory.lastGoodMs + rule.comparator.afterMs : Number.POSITIVE_INFINITY;
  const dueMs = Math.min(delayMs, staleMs);
  return dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs;
}

/** Whether the alarm stands: an off-delay that still runs has not cleared it. */
export function isRaised(phase: Phase): boolean {
  return phase.kind === "on" || phase.kind === "leaving";
}

function stepPhase(
  rule: Timing,
  phase: Phase,
  now: { readonly memory: ComparatorMemory; readonly isGood: boolean },
  nowMs: number,
): Phase {
  const { isOn } = now.memory;
  switch (phase.kind) {
    case "off":
      if (!isOn) return phase;
      return rule.onDelayMs === 0 ? { kind: "on" } : { kind: "arming", dueMs: nowMs + rule.onDelayMs };
    case "arming":
      if (!isOn) return { kind: "off" };
      return now.isGood && nowMs >= phase.dueMs ? { kind: "on" } : phase;
    case "on":
      if (isOn) return phase;
      return rule.offDelayMs === 0 ? { kind: "off" } : { kind: "leaving", dueMs: nowMs + rule.offDelayMs };
    case "leaving":
      if (isOn) return { kind: "on" };
      return now.isGood && nowMs >= phase.dueMs ? { kind: "off" } : phase;
  }
}
