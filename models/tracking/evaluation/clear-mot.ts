import { assign } from "../assignment.ts";
import { type ComparedFrame, FOUND_IOU, overlaps } from "./sequence.ts";

/** The CLEAR MOT measures of one sequence. */
export interface ClearMot {
  readonly truths: number;
  readonly found: number;
  readonly misses: number;
  readonly falseAlarms: number;
  /** How often a thing was found under another id than the last time it was found. */
  readonly switches: number;
  /** 1 − (misses + false alarms + switches) ÷ truths; below zero where the errors outnumber the truth. */
  readonly mota: number;
  /** The mean overlap of what was found; 0 where nothing was. */
  readonly motp: number;
}

/** Keeps a pair of the frame before wherever it still overlaps enough, above any better new pair. */
const KEEP_BONUS = 1_000;

/**
 * Measures a tracker against the truth.
 *
 * @param frames  in time order.
 * @see Bernardin and Stiefelhagen, Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics, 2008
 */
export function clearMot(frames: readonly ComparedFrame[], leastIou = FOUND_IOU): ClearMot {
  const lastIds = new Map<number, number>();
  let pairsBefore = new Map<number, number>();
  const sums = { truths: 0, found: 0, falseAlarms: 0, switches: 0, overlap: 0 };
  for (const frame of frames) {
    const { truth, tracked } = frame;
    const values = overlaps(frame);
    const gains = values.map((overlap, at) => {
      if (overlap < leastIou) return 0;
      const row = Math.floor(at / tracked.length);
      const isKept = pairsBefore.get(truth[row]?.id ?? -1) === tracked[at % tracked.length]?.id;
      return isKept ? overlap + KEEP_BONUS : overlap;
    });
    const pairs = assign({ rows: truth.length, columns: tracked.length, values: gains });
    pairsBefore = new Map();
    for (const { row, column } of pairs) {
      const [one, other] = [truth[row], tracked[column]];
      if (one === undefined || other === undefined) continue;
      const last = lastIds.get(one.id);
      if (last !== undefined && last !== other.id) sums.switches += 1;
      lastIds.set(one.id, other.id);
      pairsBefore.set(one.id, other.id);
      sums.overlap += values[row * tracked.length + column] ?? 0;
    }
    sums.truths += truth.length;
    sums.found += pairs.length;
    sums.falseAlarms += tracked.length - pairs.length;
  }
  const misses = sums.truths - sums.found;
  const errors = misses + sums.falseAlarms + sums.switches;
  return {
    truths: sums.truths,
    found: sums.found,
    misses,
    falseAlarms: sums.falseAlarms,
    switches: sums.switches,
    mota: sums.truths === 0 ? (errors === 0 ? 1 : Number.NEGATIVE_INFINITY) : 1 - errors / sums.truths,
    motp: sums.found === 0 ? 0 : sums.overlap / sums.found,
  };
}
