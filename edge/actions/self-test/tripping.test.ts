import { expect, it } from "vitest";

import type { Comparator, ComparatorInput } from "../../rules/comparator.ts";
import { isRaised, startCondition, stepCondition, type ConditionState } from "../../rules/condition.ts";
import { clearingInputs, trippingInputs } from "./tripping.ts";

const COMPARATORS: Comparator[] = [
  { kind: "threshold", is: "above", limit: 3.2, deadband: 0.1 },
  { kind: "threshold", is: "above", limit: -40, deadband: 5 },
  { kind: "threshold", is: "below", limit: 0, deadband: 0 },
  { kind: "threshold", is: "below", limit: 1e9, deadband: 100 },
  { kind: "equals", value: 0 },
  { kind: "equals", value: 1 },
  { kind: "stale", afterMs: 86_400_000 },
  { kind: "fact" },
  { kind: "rate-of-change", is: "rising", limitPerMinute: 0.05, windowMs: 3_600_000 },
  { kind: "rate-of-change", is: "falling", limitPerMinute: 20, windowMs: 1_000 },
];

it.each(COMPARATORS)("what a test injects raises a real condition and clears it: %o", (comparator) => {
  const timing = { comparator, onDelayMs: 0, offDelayMs: 0 };
  const feed = (state: ConditionState, inputs: readonly ComparatorInput[]): ConditionState => {
    let last = state;
    for (const input of inputs) last = stepCondition(timing, last, input).state;
    return last;
  };
  const startMs = 10_000_000;
  const raised = feed(startCondition(timing, startMs), trippingInputs(comparator, startMs));
  expect(isRaised(raised.phase)).toBe(true);
  expect(trippingInputs(comparator, startMs).every(({ nowMs }) => nowMs <= startMs)).toBe(true);
  const cleared = feed(raised, clearingInputs(comparator, startMs + 1_000));
  expect(isRaised(cleared.phase)).toBe(false);
});
