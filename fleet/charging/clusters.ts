/** Closed stretches of numbers, ascending, each farther from the next than what joins them. */
export type Clusters = readonly (readonly [from: number, through: number])[];

/** Holes beyond so many are closed again, the shortest first: a station whose clock runs wild must not fill the disk. */
export const MAX_CLUSTERS = 200;

/**
 * Joins two sets of numbers into the stretches in which no step is longer than `reach`. The same numbers give the same
 * stretches in whatever order they came and however often.
 *
 * @param reach  1 joins whole numbers that follow one another.
 */
export function joinClusters(a: Clusters, b: Clusters, reach: number): Clusters {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const joined: [number, number][] = [];
  for (const [from, through] of [...a, ...b].toSorted((one, other) => one[0] - other[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from - last[1] <= reach) last[1] = Math.max(last[1], through);
    else joined.push([from, through]);
  }
  while (joined.length > MAX_CLUSTERS) closeShortestHole(joined);
  return joined;
}

/** The whole numbers of `clusters` that are not among the others. */
export function withoutClusters(clusters: Clusters, others: Clusters): Clusters {
  return others.reduce<Clusters>(
    (left, [from, through]) =>
      left.flatMap(([first, last]) => {
        const below = [first, Math.min(last, from - 1)] as const;
        const above = [Math.max(first, through + 1), last] as const;
        return [below, above].filter(([begin, end]) => begin <= end);
      }),
    clusters,
  );
}

/** How many whole numbers there are. */
export function countNumbers(clusters: Clusters): number {
  return clusters.reduce((count, [from, through]) => count + through - from + 1, 0);
}

function closeShortestHole(clusters: [number, number][]): void {
  let shortest = 1;
  const holeBefore = (index: number): number => (clusters[index]?.[0] ?? 0) - (clusters[index - 1]?.[1] ?? 0);
  for (let index = 2; index < clusters.length; index += 1) {
    if (holeBefore(index) < holeBefore(shortest)) shortest = index;
  }
  const [after] = clusters.splice(shortest, 1);
  const before = clusters[shortest - 1];
  if (after !== undefined && before !== undefined) before[1] = after[1];
}
