/** @param share  0 to 1; 1 is the largest. @returns the value below which that share lies, to two decimals. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? undefined : round(value);
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
