import { randomBytes } from "node:crypto";

/** How a sign treats those who speak to it. Counted ones go by with each answer. */
export class Moods {
  /** It takes requests and answers none. */
  isSilent = false;
  /** Nobody reaches it: no power, or a broken cable. */
  isAway = false;
  /** Each answer takes this much longer. */
  slowMs = 0;
  readonly #garbage: Buffer[] = [];

  /** The next `answers` answers are garbage. */
  babble(answers: number): void {
    for (let count = 0; count < answers; count += 1) this.#garbage.push(randomBytes(64));
  }

  /** The next answer is these bytes, whatever was planned before. */
  say(bytes: Buffer): void {
    this.#garbage.splice(0, this.#garbage.length, bytes);
  }

  nextGarbage(): Buffer | undefined {
    return this.#garbage.shift();
  }

  behave(): void {
    this.#garbage.length = 0;
    this.isSilent = false;
    this.isAway = false;
    this.slowMs = 0;
  }
}
