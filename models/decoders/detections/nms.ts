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
    if (!isSuppressed(candidate, kept, rule)) kept.push(candidate);
  }
  return kept;
}

function isSuppressed(candidate: Candidate, kept: readonly Candidate[], { iou, isByClass }: Rule): boolean {
  const { x1, y1, x2, y2, classIndex } = candidate;
  const own = area(candidate);
  for (const better of kept) {
    if (isByClass && better.classIndex !== classIndex) continue;
    const width = Math.min(better.x2, x2) - Math.max(better.x1, x1);
    if (width <= 0) continue;
    const height = Math.min(better.y2, y2) - Math.max(better.y1, y1);
    if (height <= 0) continue;
    const both = width * height;
    if (both > iou * (area(better) + own - both)) return true;
  }
  return false;
}

function area({ x1, y1, x2, y2 }: Candidate): number {
  return (x2 - x1) * (y2 - y1);
}
