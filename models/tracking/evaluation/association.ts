import { assign } from "../assignment.ts";
import { type ComparedFrame, FOUND_IOU, overlaps } from "./sequence.ts";

/** How well things are found, how well they are kept apart over time, and both in one figure: their geometric mean. */
export interface AssociationScore {
  readonly detection: number;
  readonly association: number;
  readonly score: number;
}

/**
 * Measures a tracker in the manner of HOTA, at one overlap instead of the mean over many: every sighting that was found
 * is asked how much of its thing's whole way the tracker's id shares with it.
 *
 * @see Luiten et al., HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking, 2020
 */
export function associationScore(frames: readonly ComparedFrame[], leastIou = FOUND_IOU): AssociationScore {
  const pairs = new Map<string, { readonly truth: number; readonly tracked: number; count: number }>();
  const truths = new Map<number, number>();
  const tracks = new Map<number, number>();
  for (const frame of frames) {
    for (const { id } of frame.truth) truths.set(id, (truths.get(id) ?? 0) + 1);
    for (const { id } of frame.tracked) tracks.set(id, (tracks.get(id) ?? 0) + 1);
    for (const { truth, tracked } of matched(frame, leastIou)) {
      const key = `${truth} ${tracked}`;
      const pair = pairs.get(key) ?? { truth, tracked, count: 0 };
      pair.count += 1;
      pairs.set(key, pair);
    }
  }
  const found = sum([...pairs.values()].map(({ count }) => count));
  const all = sum(truths.values()) + sum(tracks.values()) - found;
  if (found === 0 || all === 0) return { detection: 0, association: 0, score: 0 };
  const shared = sum(
    [...pairs.values()].map(({ truth, tracked, count }) => {
      const either = (truths.get(truth) ?? 0) + (tracks.get(tracked) ?? 0) - count;
      return (count * count) / either;
    }),
  );
  const [detection, association] = [found / all, shared / found];
  return { detection, association, score: Math.sqrt(detection * association) };
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((all, one) => all + one, 0);
}

function matched(
  frame: ComparedFrame,
  leastIou: number,
): readonly { readonly truth: number; readonly tracked: number }[] {
  const values = overlaps(frame).map((value) => (value >= leastIou ? value : 0));
  const rows = frame.truth.length;
  const columns = frame.tracked.length;
  return assign({ rows, columns, values }).flatMap(({ row, column }) => {
    const [truth, tracked] = [frame.truth[row], frame.tracked[column]];
    return truth === undefined || tracked === undefined ? [] : [{ truth: truth.id, tracked: tracked.id }];
  });
}
