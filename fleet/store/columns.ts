import { strict as assert } from "node:assert";

import type { ClockConfidence } from "@outpost/kernel/clock.ts";

const CONFIDENCES = ["doubtful", "plausible", "confirmed"] as const satisfies readonly ClockConfidence[];

/** How a `clock_confidence` column says it: 0, 1, 2. */
export function encodeConfidence(confidence: ClockConfidence): number {
  return CONFIDENCES.indexOf(confidence);
}

/** What a `clock_confidence` column says. */
export function decodeConfidence(code: number): ClockConfidence {
  const confidence = CONFIDENCES[code];
  assert(confidence !== undefined, `no clock confidence has the number ${code}`);
  return confidence;
}

/** SQL for an instant column as Unix milliseconds, exact to the millisecond for every year. */
export function sqlMs(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

/** SQL for a parameter that holds `instantText`. */
export function sqlInstant(parameter: string): string {
  return `(timestamptz '1970-01-01 00:00:00Z' + ${parameter}::interval)`;
}

/** An instant as an interval since 1970 in text: exact where a floating-point number of seconds is not. */
export function instantText(unixMs: number): string {
  return `${Math.round(unixMs)} milliseconds`;
}
