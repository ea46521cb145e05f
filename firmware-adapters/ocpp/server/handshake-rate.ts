/** How often one address may try to connect: stations come back after a power cut, and none tries more often. */
const TRIES = 20;
const WITHIN_MS = 10_000;
const MAX_ADDRESSES = 2_000;

/** Counts the handshakes of each address, so that nobody guesses passwords at leisure. */
export class HandshakeRate {
  readonly #since = new Map<string, { atMs: number; tries: number }>();

  /** @returns whether the address may try once more now. */
  allows(address: string, nowMs: number): boolean {
    const known = this.#since.get(address);
    if (known === undefined || nowMs - known.atMs > WITHIN_MS) {
      this.#forgetOldest();
      this.#since.delete(address);
      this.#since.set(address, { atMs: nowMs, tries: 1 });
      return true;
    }
    known.tries += 1;
    return known.tries <= TRIES;
  }

  #forgetOldest(): void {
    if (this.#since.size < MAX_ADDRESSES) return;
    const [oldest] = this.#since.keys();
    if (oldest !== undefined) this.#since.delete(oldest);
  }
}
