/** So many refused handshakes an address may have in this time: more is somebody guessing. */
const TRIES = 20;
const WITHIN_MS = 10_000;
const MAX_ADDRESSES = 2_000;

/**
 * Counts the refused handshakes of each address, so that nobody guesses passwords at leisure. Those let in do not count:
 * after a power cut a whole car park comes back at once, from the one address of its router.
 */
export class HandshakeRate {
  readonly #since = new Map<string, { readonly atMs: number; refusals: number }>();

  /** @returns whether the address may try once more now. */
  allows(address: string, nowMs: number): boolean {
    const known = this.#since.get(address);
    return known === undefined || nowMs - known.atMs > WITHIN_MS || known.refusals < TRIES;
  }

  refused(address: string, nowMs: number): void {
    const known = this.#since.get(address);
    if (known !== undefined && nowMs - known.atMs <= WITHIN_MS) {
      known.refusals += 1;
      return;
    }
    this.#forgetOldest();
    this.#since.delete(address);
    this.#since.set(address, { atMs: nowMs, refusals: 1 });
  }

  #forgetOldest(): void {
    if (this.#since.size < MAX_ADDRESSES) return;
    const [oldest] = this.#since.keys();
    if (oldest !== undefined) this.#since.delete(oldest);
  }
}
