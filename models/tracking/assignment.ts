/** One row given to one column. */
export interface Pair {
  readonly row: number;
  readonly column: number;
}

/** Gains of giving rows to columns: rows × columns, row-major. Zero or less stands for a pair that may not be. */
export interface Gains {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * Gives rows to columns, one to one, for the greatest total gain.
 *
 * A row may stay without a column: one good pair is worth more than two bad ones. Pairs that could not touch each other
 * are solved apart, so a scene of many small groups costs little; one group of n costs n³.
 */
export function assign({ rows, columns, values }: Gains): readonly Pair[] {
  return groupsOf({ rows, columns, values }).flatMap(([groupRows, groupColumns]) => {
    const isWide = groupRows.length <= groupColumns.length;
    const [short, long] = isWide ? [groupRows, groupColumns] : [groupColumns, groupRows];
    const gain = (a: number, b: number): number => {
      const [row = 0, column = 0] = isWide ? [short[a], long[b]] : [long[b], short[a]];
      return Math.max(0, values[row * columns + column] ?? 0);
    };
    return solve(short.length, long.length, gain).flatMap((b, a) => {
      if (gain(a, b) <= 0) return [];
      const [row = 0, column = 0] = isWide ? [short[a], long[b]] : [long[b], short[a]];
      return [{ row, column }];
    });
  });
}

type Group = readonly [rows: readonly number[], columns: readonly number[]];

/** Rows and columns that hang together by pairs with a gain. */
function groupsOf({ rows, columns, values }: Gains): readonly Group[] {
  const isRowSeen = new Uint8Array(rows);
  const isColumnSeen = new Uint8Array(columns);
  const groups: Group[] = [];
  for (let start = 0; start < rows; start += 1) {
    if (isRowSeen[start] === 1) continue;
    isRowSeen[start] = 1;
    const groupRows = [start];
    const groupColumns: number[] = [];
    for (const row of groupRows) {
      for (let column = 0; column < columns; column += 1) {
        if (isColumnSeen[column] === 1 || !((values[row * columns + column] ?? 0) > 0)) continue;
        isColumnSeen[column] = 1;
        groupColumns.push(column);
        for (let other = 0; other < rows; other += 1) {
          if (isRowSeen[other] === 1 || !((values[other * columns + column] ?? 0) > 0)) continue;
          isRowSeen[other] = 1;
          groupRows.push(other);
        }
      }
    }
    if (groupColumns.length > 0) groups.push([groupRows, groupColumns]);
  }
  return groups;
}

/**
 * The Hungarian method with potentials, by shortest augmenting paths: every one of `short` gets one of `long`.
 *
 * @param short  no more than `long`.
 * @returns      for each of `short` its place among `long`.
 */
function solve(short: number, long: number, gain: (a: number, b: number) => number): readonly number[] {
  // Index 0 of the long side is the root of each search; real ones count from 1, as in the textbook form.
  const shortPotential = new Float64Array(short + 1);
  const longPotential = new Float64Array(long + 1);
  const ownerOf = new Int32Array(long + 1);
  const cameFrom = new Int32Array(long + 1);
  for (let a = 1; a <= short; a += 1) {
    ownerOf[0] = a;
    let at = 0;
    const slack = new Float64Array(long + 1).fill(Number.POSITIVE_INFINITY);
    const isDone = new Uint8Array(long + 1);
    do {
      isDone[at] = 1;
      const owner = ownerOf[at] ?? 0;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let b = 1; b <= long; b += 1) {
        if (isDone[b] === 1) continue;
        const reduced = -gain(owner - 1, b - 1) - (shortPotential[owner] ?? 0) - (longPotential[b] ?? 0);
        if (reduced < (slack[b] ?? 0)) {
          slack[b] = reduced;
          cameFrom[b] = at;
        }
        if ((slack[b] ?? 0) < delta) {
          delta = slack[b] ?? 0;
          next = b;
        }
      }
      for (let b = 0; b <= long; b += 1) {
        if (isDone[b] === 1) {
          const of = ownerOf[b] ?? 0;
          shortPotential[of] = (shortPotential[of] ?? 0) + delta;
          longPotential[b] = (longPotential[b] ?? 0) - delta;
        } else {
          slack[b] = (slack[b] ?? 0) - delta;
        }
      }
      at = next;
    } while (ownerOf[at] !== 0);
    while (at !== 0) {
      const before = cameFrom[at] ?? 0;
      ownerOf[at] = ownerOf[before] ?? 0;
      at = before;
    }
  }
  const places: number[] = Array.from({ length: short }, () => 0);
  for (let b = 1; b <= long; b += 1) {
    const a = ownerOf[b] ?? 0;
    if (a > 0) places[a - 1] = b - 1;
  }
  return places;
}
