import { createHash, randomBytes } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";

const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 12 * 3_600_000;
const MAX_SESSIONS = 50;

/** Somebody who is signed in. */
export interface Session {
  readonly person: string;
}

interface Kept extends Session {
  /** What the PIN was kept as when it began: with another one it is over. */
  readonly pinHash: string;
  readonly sinceMs: number;
  seenMs: number;
}

/**
 * Who is signed in, in memory: a restart signs everybody out. Ends after half an hour without a request and after
 * twelve hours whatever happens; of more than fifty the one that was silent longest ends.
 */
export class Sessions {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #byDigest = new Map<string, Kept>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** @returns a fresh secret for the cookie; what the browser brought before counts for nothing. */
  open(person: string, pinHash = ""): string {
    const token = randomBytes(32).toString("base64url");
    const nowMs = this.#clock.monotonicMs();
    this.#byDigest.set(digest(token), { person, pinHash, sinceMs: nowMs, seenMs: nowMs });
    for (const [oldest] of [...this.#byDigest].toSorted(([, a], [, b]) => a.seenMs - b.seenMs)) {
      if (this.#byDigest.size <= MAX_SESSIONS) break;
      this.#byDigest.delete(oldest);
    }
    return token;
  }

  /** Whose session this is; asking keeps it awake. */
  find(token: string | undefined): Session | undefined {
    const kept = this.#live(token);
    if (kept === undefined) return undefined;
    kept.seenMs = this.#clock.monotonicMs();
    return { person: kept.person };
  }

  /** The same without keeping it awake. */
  peek(token: string | undefined): Session | undefined {
    const kept = this.#live(token);
    return kept === undefined ? undefined : { person: kept.person };
  }

  /** What the person's PIN was kept as when the session began, undefined where it is over. */
  pinHashOf(token: string | undefined): string | undefined {
    return this.#live(token)?.pinHash;
  }

  close(token: string | undefined): void {
    if (token !== undefined && token.length <= 100) this.#byDigest.delete(digest(token));
  }

  #live(token: string | undefined): Kept | undefined {
    if (token === undefined || token.length > 100) return undefined;
    const key = digest(token);
    const kept = this.#byDigest.get(key);
    if (kept === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - kept.seenMs <= IDLE_MS && nowMs - kept.sinceMs <= ABSOLUTE_MS) return kept;
    this.#byDigest.delete(key);
    return undefined;
  }
}

/** Looking a secret up by its digest tells nobody by its time how much of a guess was right. */
function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
