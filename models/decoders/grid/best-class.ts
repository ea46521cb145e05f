/** The largest of `count` values from `from`, `step` apart; of equal ones the first. */
export interface Best {
  readonly index: number;
  readonly value: number;
}

/** Finds the class with the highest score. */
export function bestClass(data: Float32Array, from: number, count: number, step = 1): Best {
  let index = 0;
  let value = data[from] ?? 0;
  for (let one = 1; one < count; one += 1) {
    const score = data[from + one * step] ?? 0;
    if (score > value) {
      value = score;
      index = one;
    }
  }
  return { index, value };
}

/** The logistic function, 0 to 1. */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
