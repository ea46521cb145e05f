import type { Log } from "@outpost/kernel/log.ts";

/** So many different names are remembered; one more puts out the one that was met first. */
const MAX_NAMES = 256;
const MAX_NAME_CHARS = 64;

/**
 * What came to a listener and is nobody's: counted, and logged at the first, tenth, hundredth … time, so that a stranger
 * who calls every second fills no log.
 */
export class Strangers {
  readonly #message: string;
  readonly #times = new Map<string, number>();
  #messages = 0;
  #bytes = 0;

  /** @param message  what the log says of them. */
  constructor(message: string) {
    this.#message = message;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param name  foreign text; cut and never trusted. */
  note(name: string, met: { readonly bytes: number; readonly from: string }, log: Log): void {
    this.#messages += 1;
    this.#bytes += met.bytes;
    const key = name.slice(0, MAX_NAME_CHARS);
    const times = (this.#times.get(key) ?? 0) + 1;
    const [first] = this.#times.keys();
    if (times === 1 && this.#times.size >= MAX_NAMES && first !== undefined) this.#times.delete(first);
    this.#times.set(key, times);
    if (isPowerOfTen(times)) log.warn(this.#message, { who: key, from: met.from, times });
  }
}

function isPowerOfTen(count: number): boolean {
  return Number.isInteger(Math.log10(count));
}
