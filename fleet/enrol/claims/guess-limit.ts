import { isIPv6 } from "node:net";

/** Wrong codes of one source: so many at once, then one in so long. */
const SOURCE = { burst: 10, everyMs: 10_000 };
/** Wrong codes of everybody together. Codes have 80 bits; this is for the log's and the database's sake. */
const ALL = { burst: 300, everyMs: 250 };
/** Sources remembered; the one that has been quiet longest is forgotten first. */
const MAX_SOURCES = 10_000;

interface Budget {
  left: number;
  atMs: number;
}

/** Counts wrong codes. Right ones cost nothing: a thousand boxes in one workshop come from one address. */
export class GuessLimit {
  readonly #all: Budget = { left: ALL.burst, atMs: 0 };
  readonly #sources = new Map<string, Budget>();

  /** @returns how long this source has to wait before it is heard again; 0 where it may speak. `nowMs` is monotonic. */
  waitMs(source: string, nowMs: number): number {
    const own = this.#sources.get(sourceOf(source));
    return Math.max(wait(this.#all, ALL, nowMs), own === undefined ? 0 : wait(own, SOURCE, nowMs));
  }

  /** A wrong code came from here. */
  noteWrong(source: string, nowMs: number): void {
    const key = sourceOf(source);
    const own = this.#sources.get(key) ?? { left: SOURCE.burst, atMs: nowMs };
    spend(own, SOURCE, nowMs);
    spend(this.#all, ALL, nowMs);
    this.#sources.delete(key);
    this.#sources.set(key, own);
    const oldest = this.#sources.keys().next().value;
    if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
  }
}

/** Whoever has an IPv6 address has 2^64 of them. */
function sourceOf(address: string): string {
  return isIPv6(address) && !address.startsWith("::ffff:") ? address.split(":").slice(0, 4).join(":") : address;
}

function refill(budget: Budget, { burst, everyMs }: typeof SOURCE, nowMs: number): number {
  return Math.min(burst, budget.left + Math.max(0, nowMs - budget.atMs) / everyMs);
}

function wait(budget: Budget, limit: typeof SOURCE, nowMs: number): number {
  const left = refill(budget, limit, nowMs);
  return left >= 1 ? 0 : Math.ceil((1 - left) * limit.everyMs);
}

function spend(budget: Budget, limit: typeof SOURCE, nowMs: number): void {
  budget.left = Math.max(0, refill(budget, limit, nowMs) - 1);
  budget.atMs = nowMs;
}
