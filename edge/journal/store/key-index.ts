/** Row numbers of keys by a hash of the key, in memory: which rows may hold it, newest last. */
export class KeyIndex {
  /** In the order in which each hash was first met, so that the oldest rows are at the beginning. */
  readonly #byHash = new Map<number, number | readonly number[]>();

  /** Rows that may hold the key; whoever looks must compare. */
  candidates(key: string): readonly number[] {
    const found = this.#byHash.get(hashOf(key));
    if (found === undefined) return NONE;
    return typeof found === "number" ? [found] : found;
  }

  /** @param number  above all that were added before and not rolled back since. */
  add(key: string, number: number): void {
    const hash = hashOf(key);
    const found = this.#byHash.get(hash);
    if (found === undefined) this.#byHash.set(hash, number);
    else this.#byHash.set(hash, [...[found].flat().filter((one) => one !== number), number]);
  }

  /** Rows up to this one are gone. One that shares its hash with a newer row may stay until that is gone too. */
  forget(throughNumber: number): void {
    for (const [hash, found] of this.#byHash) {
      const newest = typeof found === "number" ? found : (found.at(-1) ?? 0);
      if (newest > throughNumber) return;
      this.#byHash.delete(hash);
    }
  }
}

const NONE: readonly number[] = [];

/** FNV-1a, of 30 bits: numbers that V8 keeps without an object of their own. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 2;
}
