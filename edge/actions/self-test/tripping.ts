import type { Comparator, ComparatorInput } from "../../rules/comparator.ts";

/** What a comparator that starts afresh must take for an alarm. Pure; nothing lies in the future. @param nowMs  monotonic. */
export function trippingInputs(comparator: Comparator, nowMs: number): readonly ComparatorInput[] {
  switch (comparator.kind) {
    case "threshold":
      return [reading(beyond(comparator, 1), nowMs)];
    case "equals":
      return [reading(comparator.value, nowMs)];
    case "fact":
      return [reading(1, nowMs)];
    case "stale":
      return [reading(0, nowMs - comparator.afterMs), { kind: "tick", nowMs }];
    case "rate-of-change":
      return [reading(0, nowMs - comparator.windowMs), reading(twiceTheRate(comparator), nowMs)];
  }
}

/** After which the same comparator must let go. */
export function clearingInputs(comparator: Comparator, nowMs: number): readonly ComparatorInput[] {
  switch (comparator.kind) {
    case "threshold":
      return [reading(beyond(comparator, -1), nowMs)];
    case "equals":
      return [reading(comparator.value + 1, nowMs)];
    case "fact":
    case "stale":
      return [reading(0, nowMs)];
    case "rate-of-change":
      return [reading(-twiceTheRate(comparator), nowMs)];
  }
}

function reading(value: number, nowMs: number): ComparatorInput {
  return { kind: "reading", value, nowMs };
}

/** A value well on the alarm's side of the limit (1), or well on the other, deadband and all (-1). */
function beyond({ is, limit, deadband }: Extract<Comparator, { kind: "threshold" }>, side: 1 | -1): number {
  const far = deadband + Math.max(1, Math.abs(limit));
  return is === "above" ? limit + side * far : limit - side * far;
}

/** The change over a window that is twice what is allowed, in the direction that is watched. */
function twiceTheRate({ is, limitPerMinute, windowMs }: Extract<Comparator, { kind: "rate-of-change" }>): number {
  const change = (2 * limitPerMinute * windowMs) / 60_000;
  return is === "rising" ? change : -change;
}
