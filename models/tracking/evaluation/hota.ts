import { assign } from "../assignment.ts";
import { type ComparedFrame, overlaps } from "./sequence.ts";

/** Higher-order tracking accuracy of one sequence; each the mean over 19 overlaps from 0.05 to 0.95. */
export interface Hota {
  /** The geometric mean of the two below, 0 to 1. */
  readonly hota: number;
  /** How much of the truth is found, and how little is made up. */
  readonly detection: number;
  /** How long what is found stays under one id, and that id with one thing. */
  readonly association: number;
}

const LEAST_OVERLAPS = Array.from({ length: 19 }, (_, index) => (index + 1) * 0.05);
const ROUNDING = 1e-9;

interface Match {
  readonly row: number;
  readonly column: number;
  readonly overlap: number;
}

/** Counts of a sequence that do not depend on the overlap asked for. */
interface Tally {
  readonly truthSightings: Float64Array;
  readonly trackSightings: Float64Array;
  readonly truths: number;
  readonly tracked: number;
}

/**
 * Measures detection and association alike. Pairs are made once a frame, those first that belong together over the
 * whole sequence.
 *
 * @see Luiten et al., HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking, 2021
 */
export function hota(frames: readonly ComparedFrame[]): Hota {
  const rows = indexOf(frames.flatMap(({ truth }) => truth.map(({ id }) => id)));
  const columns = indexOf(frames.flatMap(({ tracked }) => tracked.map(({ id }) => id)));
  const tally = tallied(frames, rows, columns);
  if (tally.truths + tally.tracked === 0) return { hota: 1, detection: 1, association: 1 };
  const alignment = aligned(frames, { rows, columns, tally });
  const matches = frames.flatMap((frame) => matched(frame, { rows, columns, alignment }));
  const scores = LEAST_OVERLAPS.map((least) =>
    scored(
      matches.filter(({ overlap }) => overlap >= least - ROUNDING),
      tally,
      columns.size,
    ),
  );
  const mean = (pick: (score: Hota) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return {
    hota: mean((score) => score.hota),
    detection: mean((score) => score.detection),
    association: mean((score) => score.association),
  };
}

function indexOf(ids: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...new Set(ids)].map((id, index) => [id, index]));
}

type Ids = ReadonlyMap<number, number>;

function tallied(frames: readonly ComparedFrame[], rows: Ids, columns: Ids): Tally {
  const truthSightings = new Float64Array(rows.size);
  const trackSightings = new Float64Array(columns.size);
  let [truths, tracked] = [0, 0];
  for (const frame of frames) {
    for (const { id } of frame.truth) truthSightings[rows.get(id) ?? 0] = (truthSightings[rows.get(id) ?? 0] ?? 0) + 1;
    for (const { id } of frame.tracked)
      trackSightings[columns.get(id) ?? 0] = (trackSightings[columns.get(id) ?? 0] ?? 0) + 1;
    truths += frame.truth.length;
    tracked += frame.tracked.length;
  }
  return { truthSightings, trackSightings, truths, tracked };
}

/** How well each thing and each track belong together over the whole sequence, 0 to 1. */
function aligned(
  frames: readonly ComparedFrame[],
  { rows, columns, tally }: { rows: Ids; columns: Ids; tally: Tally },
): Float64Array {
  const together = new Float64Array(rows.size * columns.size);
  for (const frame of frames) {
    const values = overlaps(frame);
    const wide = frame.tracked.length;
    const rowSums = frame.truth.map((_, row) =>
      frame.tracked.reduce((sum, __, column) => sum + (values[row * wide + column] ?? 0), 0),
    );
    const columnSums = frame.tracked.map((_, column) =>
      frame.truth.reduce((sum, __, row) => sum + (values[row * wide + column] ?? 0), 0),
    );
    for (const [at, overlap] of values.entries()) {
      if (overlap <= 0) continue;
      const [row, column] = [Math.floor(at / wide), at % wide];
      const share = overlap / ((rowSums[row] ?? 0) + (columnSums[column] ?? 0) - overlap);
      const cell =
        (rows.get(frame.truth[row]?.id ?? -1) ?? 0) * columns.size +
        (columns.get(frame.tracked[column]?.id ?? -1) ?? 0);
      together[cell] = (together[cell] ?? 0) + share;
    }
  }
  return together.map((shares, cell) => {
    const seen =
      (tally.truthSightings[Math.floor(cell / columns.size)] ?? 0) + (tally.trackSightings[cell % columns.size] ?? 0);
    return shares / Math.max(1, seen - shares);
  });
}

function matched(
  frame: ComparedFrame,
  { rows, columns, alignment }: { rows: Ids; columns: Ids; alignment: Float64Array },
): readonly Match[] {
  const values = overlaps(frame);
  const wide = frame.tracked.length;
  const idsOf = (row: number, column: number): { readonly row: number; readonly column: number } => ({
    row: rows.get(frame.truth[row]?.id ?? -1) ?? 0,
    column: columns.get(frame.tracked[column]?.id ?? -1) ?? 0,
  });
  const gains = values.map((overlap, at) => {
    const ids = idsOf(Math.floor(at / wide), at % wide);
    return overlap * (alignment[ids.row * columns.size + ids.column] ?? 0);
  });
  return assign({ rows: frame.truth.length, columns: wide, values: gains }).map(({ row, column }) => ({
    ...idsOf(row, column),
    overlap: values[row * wide + column] ?? 0,
  }));
}

function scored(
  matches: readonly Match[],
  { truthSightings, trackSightings, truths, tracked }: Tally,
  wide: number,
): Hota {
  const found = matches.length;
  if (found === 0) return { hota: 0, detection: 0, association: 0 };
  const counts = new Map<number, number>();
  for (const { row, column } of matches) counts.set(row * wide + column, (counts.get(row * wide + column) ?? 0) + 1);
  let sum = 0;
  for (const [cell, count] of counts) {
    const seen = (truthSightings[Math.floor(cell / wide)] ?? 0) + (trackSightings[cell % wide] ?? 0);
    sum += (count * count) / (seen - count);
  }
  const detection = found / (truths + tracked - found);
  const association = sum / found;
  return { hota: Math.sqrt(detection * association), detection, association };
}
