import type { PreparedRow } from "./group.ts";
import { includes, includesAll, normalise, type Intervals } from "./intervals.ts";

/** What is new of some rows, given what is held. */
export interface Sifted {
  readonly fresh: readonly PreparedRow[];
  /** Rows whose number is held already: the same ones again, or others that used the number a second time. */
  readonly repeated: readonly PreparedRow[];
  /** The numbers of `fresh`, in the shortest form. */
  readonly added: Intervals;
}

/**
 * Sorts rows of one stream of one epoch into new and repeated. Of two rows with the same number the first is new.
 * A void row is new while any number of its range is.
 */
export function sift(held: Intervals, rows: readonly PreparedRow[]): Sifted {
  const fresh: PreparedRow[] = [];
  const repeated: PreparedRow[] = [];
  let known: [number, number][] = held.map(([from, through]) => [from, through]);
  const added: [number, number][] = [];
  for (const row of rows) {
    if (isKnown(known, row)) {
      repeated.push(row);
      continue;
    }
    fresh.push(row);
    added.push([row.sequence, row.through]);
    const last = known.at(-1);
    if (last !== undefined && row.sequence === last[1] + 1) last[1] = row.through;
    else if (last === undefined || row.sequence > last[1]) known.push([row.sequence, row.through]);
    else known = normalise([...known, [row.sequence, row.through]]);
  }
  return { fresh, repeated, added: normalise(added) };
}

function isKnown(known: Intervals, { sequence, through }: PreparedRow): boolean {
  return through === sequence ? includes(known, sequence) : includesAll(known, sequence, through);
}
