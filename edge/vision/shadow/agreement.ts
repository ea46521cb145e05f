import { iou } from "@outpost/models/decoders/detections/box.ts";
import type { Detection } from "@outpost/models/decoders/detections/detection.ts";

const SAME_IOU = 0.5;

/** How many things two models both found: of one class, overlapping by half, each counted once, best overlaps first. */
export function agreedThings(a: readonly Detection[], b: readonly Detection[]): number {
  const pairs = a
    .flatMap((one, row) => b.map((other, column) => ({ row, column, overlap: overlapOf(one, other) })))
    .filter(({ overlap }) => overlap >= SAME_IOU)
    .toSorted((one, other) => other.overlap - one.overlap);
  const rows = new Set<number>();
  const columns = new Set<number>();
  for (const { row, column } of pairs) {
    if (rows.has(row) || columns.has(column)) continue;
    rows.add(row);
    columns.add(column);
  }
  return rows.size;
}

function overlapOf(one: Detection, other: Detection): number {
  return one.classIndex === other.classIndex ? iou(one.box, other.box) : 0;
}

/** Twice what both found by all that each found: 1 where they always agree, and where neither ever found anything. */
export function agreementOf(counts: {
  readonly both: number;
  readonly active: number;
  readonly candidate: number;
}): number {
  const all = counts.active + counts.candidate;
  return all === 0 ? 1 : (2 * counts.both) / all;
}
