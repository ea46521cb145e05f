import type { PointHistory, PointLatest } from "../../../../api/schemas.ts";
import type { Stretch } from "./view.ts";

/** One step of a line. `average: null` breaks the line; `badReason` says why where a reading was bad. */
export interface Sample {
  readonly atMs: number;
  readonly average: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly badReason: string | null;
}

/**
 * A point is reported when it changes and at least once a minute; silence much longer than that means that nothing was
 * recorded, and a line drawn across it would be invented.
 */
const SILENCE_MS = 150_000;
/** Live readings kept beside the history until it is read anew, oldest dropped. */
export const MAX_TAIL = 1_200;

/** The readings that came live since the history was read. */
export type Tail = readonly Sample[];

/** Adds a live reading where it is newer than the last. */
export function appendToTail(tail: Tail, point: PointLatest): Tail {
  const { occurredAtMs: atMs, value } = point;
  if (atMs === null || atMs <= (tail.at(-1)?.atMs ?? -Infinity)) return tail;
  const sample = { atMs, average: value, min: value, max: value, badReason: value === null ? point.badReason : null };
  return [...tail.slice(Math.max(0, tail.length + 1 - MAX_TAIL)), sample];
}

/**
 * History and live readings as one line, broken where nothing or nothing good was recorded.
 *
 * @param tail  may overlap the history; only what is newer than its last bucket is taken.
 */
export function traceOf(history: PointHistory | undefined, tail: Tail): readonly Sample[] {
  const buckets = history?.buckets ?? [];
  const last = buckets.at(-1);
  const historyEndMs = last === undefined ? -Infinity : last.atMs + (history?.bucketMs ?? 0);
  const newer = tail.filter((sample) => sample.atMs >= historyEndMs);
  const longestGapMs = Math.max(SILENCE_MS, (history?.bucketMs ?? 0) * 2.5);
  const samples: Sample[] = [];
  for (const step of [...buckets, ...newer]) {
    const before = samples.at(-1);
    if (before !== undefined && step.atMs - before.atMs > longestGapMs && before.average !== null) {
      samples.push({ atMs: before.atMs + 1, average: null, min: null, max: null, badReason: null });
    }
    samples.push({
      atMs: step.atMs,
      average: step.average,
      min: step.min,
      max: step.max,
      badReason: step.average === null ? step.badReason : null,
    });
  }
  return samples;
}

/**
 * The trace with its last value drawn on to `nowMs`: a value that has not changed is not reported again at once.
 *
 * @param nowMs  undefined where nobody would have told us of a change: gateway or live connection are away.
 */
export function heldUntil(trace: readonly Sample[], nowMs: number | undefined): readonly Sample[] {
  const last = trace.at(-1);
  if (last === undefined || nowMs === undefined) return trace;
  const isHolding = last.average !== null && nowMs > last.atMs && nowMs - last.atMs <= SILENCE_MS;
  if (!isHolding) return trace;
  return [...trace, { ...last, atMs: nowMs, min: last.average, max: last.average }];
}

/**
 * The part of a trace that a stretch shows, with one sample beyond each edge so that lines reach the edges; what lies
 * farther out must not stretch the axis of values.
 */
export function within(trace: readonly Sample[], { fromMs, toMs }: Stretch): readonly Sample[] {
  const first = trace.findIndex((sample) => sample.atMs >= fromMs);
  if (first === -1) return trace.slice(-1);
  const beyond = trace.findIndex((sample) => sample.atMs > toMs);
  return trace.slice(Math.max(0, first - 1), beyond === -1 ? undefined : beyond + 1);
}

/** Stretches in which readings came but none was good, for shading. */
export function badStretches(trace: readonly Sample[]): readonly { fromMs: number; toMs: number; reason: string }[] {
  const stretches: { fromMs: number; toMs: number; reason: string }[] = [];
  let open: { fromMs: number; toMs: number; reason: string } | undefined;
  for (const sample of trace) {
    if (open !== undefined) {
      open.toMs = sample.atMs;
      if (sample.badReason !== open.reason) open = undefined;
    }
    if (open === undefined && sample.badReason !== null) {
      open = { fromMs: sample.atMs, toMs: sample.atMs, reason: sample.badReason };
      stretches.push(open);
    }
  }
  return stretches;
}

/** The last sample at or before an instant, where the line is not broken by then: what a tooltip may claim. */
export function sampleAt(trace: readonly Sample[], atMs: number): Sample | undefined {
  const next = trace.findIndex((sample) => sample.atMs > atMs);
  return next === -1 ? trace.at(-1) : trace[next - 1];
}
