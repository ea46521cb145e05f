import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** 16 MiB for a tenth of a second on a small gateway, in the thread pool. The lock-out is what guards a short PIN. */
const COST = { N: 16_384, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const MAX_WAITING = 8;

/** A PIN as it is kept: never the PIN. Base64. */
export interface KeptPin {
  readonly salt: string;
  readonly hash: string;
}

/** Six to twelve digits, not all the same and not just counting up or down. */
export function isUsablePin(pin: string): boolean {
  if (!/^\d{6,12}$/.test(pin)) return false;
  const steps = new Set(Array.from(pin.slice(1), (digit, index) => Number(digit) - Number(pin[index])));
  const [step] = steps;
  return steps.size > 1 || (step !== 0 && step !== 1 && step !== -1);
}

/** Hashes and compares PINs one at a time, so that many who knock never take more memory than one. */
export class PinHasher {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @returns undefined where too many wait already. */
  async keep(pin: string): Promise<KeptPin | undefined> {
    const salt = randomBytes(16);
    const key = await this.#derive(pin, salt);
    return key === undefined ? undefined : { salt: salt.toString("base64"), hash: key.toString("base64") };
  }

  /**
   * Compares, in the same time whether `kept` is there or not.
   *
   * @returns undefined where too many wait already.
   */
  async matches(pin: string, kept: KeptPin | undefined): Promise<boolean | undefined> {
    const salt = Buffer.from(kept?.salt ?? "", "base64");
    const key = await this.#derive(pin, salt);
    if (key === undefined) return undefined;
    const hash = Buffer.from(kept?.hash ?? "", "base64");
    return hash.length === key.length && timingSafeEqual(hash, key);
  }

  async #derive(pin: string, salt: Uint8Array): Promise<Buffer | undefined> {
    if (this.#waiting >= MAX_WAITING) return undefined;
    this.#waiting += 1;
    const mine = this.#last.then(() => derive(pin, salt));
    // Whoever is next waits for this one, however it ends.
    this.#last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function derive(pin: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
