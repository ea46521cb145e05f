/** Seeded random numbers, so that a failing run can be repeated from the seed it printed. */
export interface Random {
  readonly seed: number;
  /** From 0 to just below 1. */
  fraction(): number;
  /** A whole number from `min` to `max`, both possible. */
  whole(min: number, max: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  bytes(count: number): Buffer;
}

/** The seed of this run: taken from OUTPOST_SEED, or from the clock where that is absent. */
export function testSeed(): number {
  return Number(process.env["OUTPOST_SEED"] ?? Date.now() % 1_000_000);
}

/** @param seed  that of this run unless given. */
export function seededRandom(seed = testSeed()): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    // Mulberry32: enough for choosing misbehaviour, and the same everywhere.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const whole = (min: number, max: number): number => min + Math.floor(fraction() * (max - min + 1));
  return {
    seed,
    fraction,
    whole,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => whole(0, 255))),
  };
}
