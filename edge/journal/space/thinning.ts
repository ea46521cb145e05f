/** One stored measurement, as far as thinning looks at it. `value` is null where the quality is bad. */
export interface ThinningRow {
  readonly place: number;
  readonly recordedAtMs: number;
  readonly lane: string;
  readonly value: number | null;
}

/** Windows tried one after the other, finest first: a minute, a quarter of an hour, an hour. */
export const THINNING_WINDOWS_MS = [60_000, 900_000, 3_600_000] as const;

interface Kept {
  first: ThinningRow;
  last: ThinningRow;
  lowest: ThinningRow | undefined;
  highest: ThinningRow | undefined;
  firstBad: ThinningRow | undefined;
}

/**
 * Chooses what may go: of each lane and window the first, the last, the lowest, the highest and the first bad
 * measurement stay, so that a chart keeps its envelope and a fault its beginning.
 *
 * @param rows  in order of their places.
 * @returns     the rows that may go, in the same order.
 */
export function thinOut(rows: readonly ThinningRow[], windowMs: number): ThinningRow[] {
  const windows = new Map<string, Kept>();
  for (const row of rows) {
    const key = `${Math.floor(row.recordedAtMs / windowMs)} ${row.lane}`;
    const kept = windows.get(key);
    if (kept === undefined) windows.set(key, begin(row));
    else extend(kept, row);
  }
  const staying = new Set<ThinningRow | undefined>();
  for (const kept of windows.values()) {
    for (const row of [kept.first, kept.last, kept.lowest, kept.highest, kept.firstBad]) staying.add(row);
  }
  return rows.filter((row) => !staying.has(row));
}

/** Reads the value of a measurement record's JSON text; null where there is none that can be read. */
export function valueOf(body: string): number | null {
  try {
    const record: unknown = JSON.parse(body);
    if (typeof record !== "object" || record === null || !("value" in record)) return null;
    return typeof record.value === "number" ? record.value : null;
  } catch {
    return null;
  }
}

function begin(row: ThinningRow): Kept {
  const isGood = row.value !== null;
  return {
    first: row,
    last: row,
    lowest: isGood ? row : undefined,
    highest: isGood ? row : undefined,
    firstBad: isGood ? undefined : row,
  };
}

function extend(kept: Kept, row: ThinningRow): void {
  kept.last = row;
  if (row.value === null) {
    kept.firstBad ??= row;
    return;
  }
  if (kept.lowest?.value == null || row.value < kept.lowest.value) kept.lowest = row;
  if (kept.highest?.value == null || row.value > kept.highest.value) kept.highest = row;
}
