/** What a tag is told. OCPP's words: Accepted, Blocked, Expired, Invalid, ConcurrentTx. */
export type Verdict = "Accepted" | "Blocked" | "Expired" | "Invalid" | "ConcurrentTx";

/** One tag of the local list. */
export interface ListedTag {
  readonly idTag: string;
  readonly isBlocked: boolean;
  /** Unix milliseconds; absent: for ever. */
  readonly expiresAtMs?: number | undefined;
  readonly parentIdTag?: string | undefined;
}

/** What was last heard of a tag from whoever decides beyond this site. */
export interface CachedTag {
  readonly idTag: string;
  readonly verdict: Verdict;
  readonly heardAtMs: number;
}

export interface Question {
  readonly idTag: string;
  /** Wall clock. */
  readonly nowMs: number;
  /** Whether the wall clock can be trusted: an expiry judged by a doubtful one would lock people out, or let them in. */
  readonly isClockTrusted: boolean;
  /** How many other connectors charge with this tag now. Asked only where it matters: it means looking at them all. */
  runningElsewhere(this: void): number;
}

export interface AuthorisationPolicy {
  /** Who is on no list and in no cache: refused, or let in (charging for everybody). */
  readonly unknownTags: "refuse" | "accept";
  readonly allowsConcurrent: boolean;
  readonly cacheForMs: number;
}

/**
 * Decides on a tag with what the site knows. The local list beats the cache; a listed tag that is not accepted is
 * refused whatever the cache says. Pure.
 *
 * @see OCPP 1.6 edition 2, section 3.5 (local list and cache, precedence, offline behaviour)
 */
export function decide(
  question: Question,
  list: ReadonlyMap<string, ListedTag>,
  cache: ReadonlyMap<string, CachedTag>,
  policy: AuthorisationPolicy,
): Verdict {
  const verdict = standing(question, list, cache, policy);
  const isConcurrent = verdict === "Accepted" && !policy.allowsConcurrent && question.runningElsewhere() > 0;
  return isConcurrent ? "ConcurrentTx" : verdict;
}

/** Tags are compared without regard to case: OCPP 1.6 calls them CiString. */
export function tagKey(idTag: string): string {
  return idTag.trim().toLowerCase();
}

function standing(
  { idTag, nowMs, isClockTrusted }: Question,
  list: ReadonlyMap<string, ListedTag>,
  cache: ReadonlyMap<string, CachedTag>,
  policy: AuthorisationPolicy,
): Verdict {
  const key = tagKey(idTag);
  if (key === "") return "Invalid";
  const listed = list.get(key);
  if (listed?.isBlocked === true) return "Blocked";
  if (listed !== undefined) {
    const isExpired = isClockTrusted && listed.expiresAtMs !== undefined && listed.expiresAtMs <= nowMs;
    return isExpired ? "Expired" : "Accepted";
  }
  const cached = cache.get(key);
  if (cached !== undefined && nowMs - cached.heardAtMs <= policy.cacheForMs) return cached.verdict;
  return policy.unknownTags === "accept" ? "Accepted" : "Invalid";
}
