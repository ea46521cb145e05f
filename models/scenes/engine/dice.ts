import assert from "node:assert/strict";

import { seededRandom } from "../../tracking/testing/scripted-world.ts";

/** Repeatable chance. What one name draws does not depend on how much another draws. */
export class Dice {
  readonly #seed: number;
  readonly #next: () => number;

  constructor(seed: number) {
    this.#seed = seed | 0;
    this.#next = seededRandom(this.#seed);
  }

  /** From 0 up to 1. */
  unit(): number {
    return this.#next();
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.#next();
  }

  /** A whole number, both ends possible. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.#next() * list.length)];
    assert(item !== undefined, "there is something to pick from");
    return item;
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, at: this.#next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }

  /** Mean 0, deviation 1, by the sum of four. */
  bell(): number {
    return (this.#next() + this.#next() + this.#next() + this.#next() - 2) * 1.732;
  }

  /** Dice of their own for a part of the scene. */
  fork(name: string, index = 0): Dice {
    let hash = this.#seed ^ Math.imul(index + 1, 0x9e3779b1);
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    return new Dice(hash ^ (hash >>> 15));
  }
}
