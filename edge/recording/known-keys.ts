/**
 * The keys noted last: at least half of `maxKeys`, at most all. Forgotten half by half, because to find the oldest of a
 * set that grows and shrinks all the time means to walk over what has gone.
 */
export class KnownKeys {
  readonly #half: number;
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  constructor(maxKeys: number) {
    this.#half = Math.ceil(maxKeys / 2);
  }

  has(key: string): boolean {
    return this.#newer.has(key) || this.#older.has(key);
  }

  add(key: string): void {
    if (this.#newer.size >= this.#half) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(key);
  }
}
