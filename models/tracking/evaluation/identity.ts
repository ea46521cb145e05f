import { assign } from "../assignment.ts";
import { type ComparedFrame, FOUND_IOU, overlaps } from "./sequence.ts";

/** The identity measures of one sequence. */
export interface IdentityScore {
  /** Sightings under the id that serves the thing best over the whole sequence. */
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** 2 × true ÷ (2 × true + false positives + false negatives), 0 to 1. */
  readonly idf1: number;
}

/**
 * Measures how long a tracker keeps each thing under one id: every true thing is given at most one of the tracker's ids
 * for the whole sequence, for the most sightings in all.
 *
 * @see Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking, 2016
 */
export function identityScore(frames: readonly ComparedFrame[], leastIou = FOUND_IOU): IdentityScore {
  const truthIds = [...new Set(frames.flatMap(({ truth }) => truth.map(({ id }) => id)))];
  const trackedIds = [...new Set(frames.flatMap(({ tracked }) => tracked.map(({ id }) => id)))];
  const rowOf = new Map(truthIds.map((id, row) => [id, row]));
  const columnOf = new Map(trackedIds.map((id, column) => [id, column]));
  const together = new Float64Array(truthIds.length * trackedIds.length);
  let truths = 0;
  let sightings = 0;
  for (const frame of frames) {
    truths += frame.truth.length;
    sightings += frame.tracked.length;
    for (const [at, overlap] of overlaps(frame).entries()) {
      if (overlap < leastIou) continue;
      const one = frame.truth[Math.floor(at / frame.tracked.length)];
      const other = frame.tracked[at % frame.tracked.length];
      const cell = (rowOf.get(one?.id ?? -1) ?? 0) * trackedIds.length + (columnOf.get(other?.id ?? -1) ?? 0);
      together[cell] = (together[cell] ?? 0) + 1;
    }
  }
  const pairs = assign({ rows: truthIds.length, columns: trackedIds.length, values: together });
  const truePositives = pairs.reduce(
    (sum, { row, column }) => sum + (together[row * trackedIds.length + column] ?? 0),
    0,
  );
  return {
    truePositives,
    falsePositives: sightings - truePositives,
    falseNegatives: truths - truePositives,
    idf1: truths + sightings === 0 ? 1 : (2 * truePositives) / (truths + sightings),
  };
}
