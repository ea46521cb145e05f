import type { Candidate } from "./detection.ts";

interface Rule {
  readonly iou: number;
  readonly isByClass: boolean;
  /** Boxes kept at most; the search ends there. */
  readonly max: number;
}

/**
 * Non-maximum suppression: keeps the best box and drops what overlaps it by more than `rule.iou`, and so on downwards.
 *
 * @param sorted  by score, best first; of equal scores the earlier one wins.
 * @returns       the kept ones in the same order, `rule.max` at most.
 */
export function suppress(sorted: readonly Candidate[], rule: Rule): readonly Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    if (kept.length >= rule.max) break;
    if (!kept.some((better) => isSame(better, candidate, rule))) kept.push(candidate);
  }
  return kept;
}

function isSame(better: Candidate, other: Candidate, { iou, isByClass }: Rule): boolean {
  if (isByClass && better.classIndex !== other.classIndex) return false;
  const width = Math.min(better.x2, other.x2) - Math.max(better.x1, other.x1);
  const height = Math.min(better.y2, other.y2) - Math.max(better.y1, other.y1);
  if (width <= 0 || height <= 0) return false;
  const both = width * height;
  const union = area(better) + area(other) - both;
  return both > iou * union;
}

function area({ x1, y1, x2, y2 }: Candidate): number {
  return (x2 - x1) * (y2 - y1);
}
