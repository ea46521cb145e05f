import { describe, expect, it } from "vitest";

import {
  decide,
  tagKey,
  type AuthorisationPolicy,
  type CachedTag,
  type ListedTag,
  type Question,
  type Verdict,
} from "./authorisation.ts";

const NOW_MS = 1_800_000_000_000;
const POLICY: AuthorisationPolicy = { unknownTags: "refuse", allowsConcurrent: false, cacheForMs: 86_400_000 };

const listed = (...tags: ListedTag[]): ReadonlyMap<string, ListedTag> =>
  new Map(tags.map((tag) => [tagKey(tag.idTag), tag]));
const cached = (idTag: string, verdict: Verdict, heardAtMs = NOW_MS - 1): ReadonlyMap<string, CachedTag> =>
  new Map([[tagKey(idTag), { idTag, verdict, heardAtMs }]]);
const ask = (changes: Partial<Question> = {}): Question => ({
  idTag: "04A1B2",
  nowMs: NOW_MS,
  isClockTrusted: true,
  runningElsewhere: () => 0,
  ...changes,
});
const NONE = new Map<string, never>();
const ON_LIST = listed({ idTag: "04a1b2", isBlocked: false });

describe("deciding on a tag", () => {
  it.each<
    [
      string,
      Question,
      ReadonlyMap<string, ListedTag>,
      ReadonlyMap<string, CachedTag>,
      Partial<AuthorisationPolicy>,
      Verdict,
    ]
  >([
    ["on the list, in another case", ask(), ON_LIST, NONE, {}, "Accepted"],
    [
      "blocked on the list, whatever the cache says",
      ask(),
      listed({ idTag: "04A1B2", isBlocked: true }),
      cached("04A1B2", "Accepted"),
      {},
      "Blocked",
    ],
    [
      "on the list, expired",
      ask(),
      listed({ idTag: "04A1B2", isBlocked: false, expiresAtMs: NOW_MS }),
      NONE,
      {},
      "Expired",
    ],
    [
      "expired by a clock nobody trusts",
      ask({ isClockTrusted: false }),
      listed({ idTag: "04A1B2", isBlocked: false, expiresAtMs: 1 }),
      NONE,
      {},
      "Accepted",
    ],
    ["in the cache", ask(), NONE, cached("04A1B2", "Accepted"), {}, "Accepted"],
    ["in the cache for too long", ask(), NONE, cached("04A1B2", "Accepted", NOW_MS - 86_400_001), {}, "Invalid"],
    ["refused by the cache", ask(), NONE, cached("04A1B2", "Blocked"), { unknownTags: "accept" }, "Blocked"],
    ["unknown", ask(), NONE, NONE, {}, "Invalid"],
    ["unknown where everybody may charge", ask(), NONE, NONE, { unknownTags: "accept" }, "Accepted"],
    ["empty, even there", ask({ idTag: " " }), NONE, NONE, { unknownTags: "accept" }, "Invalid"],
    ["charging elsewhere", ask({ runningElsewhere: () => 1 }), ON_LIST, NONE, {}, "ConcurrentTx"],
    [
      "charging elsewhere where it may",
      ask({ runningElsewhere: () => 1 }),
      ON_LIST,
      NONE,
      { allowsConcurrent: true },
      "Accepted",
    ],
  ])("%s", (_, question, list, cache, policy, verdict) => {
    expect(decide(question, list, cache, { ...POLICY, ...policy })).toBe(verdict);
  });
});
