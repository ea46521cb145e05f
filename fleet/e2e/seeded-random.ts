import { createHash } from "node:crypto";

/** Chance that can be repeated: the same seed draws the same. */
export class SeededRandom {
  readonly seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.seed = seed;
  }

  /** 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.#drawn += 1;
    return createHash("sha256").update(`${this.seed}:${this.#drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** Draws `count` items in random order: each of `first` once where there is room, the rest by their weight. */
  drawWeighted<T extends { readonly weight: number }>(
    count: number,
    items: readonly T[],
    first: readonly T[] = items,
  ): T[] {
    const weighted = items.flatMap((item) => Array.from({ length: item.weight }, () => item));
    return this.draw(count, first, weighted);
  }

  /** Draws `count` items in random order: each of `items` once where there is room, the rest by chance from `pool`. */
  draw<T>(count: number, items: readonly T[], pool: readonly T[] = items): T[] {
    const drawn = [...items, ...Array.from({ length: count }, () => this.pick(pool))].slice(0, count);
    const order = drawn.map((item) => ({ item, place: this.next() }));
    return order.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
  }
}
