import type { Weakening } from "@outpost/wire/site-exchange.ts";
import { describe, expect, it } from "vitest";

import {
  arrived,
  confirmed,
  failed,
  isNews,
  localChange,
  MAX_ATTEMPTS,
  offered,
  rejected,
  resolved,
  resumed,
  type Judgement,
  type OfferedRevision,
} from "./machine.ts";
import { firstState, type SiteState } from "./state.ts";

const STORE = "a".repeat(32);
const [FILE, DESK, LOCAL, MERGED] = ["1".repeat(64), "2".repeat(64), "3".repeat(64), "4".repeat(64)] as const;
const zhang = { who: "zhang", why: "new gauge", atMs: 2_000 };
const GOOD: Judgement = { kind: "good", weakenings: [] };
const limitMoved: Weakening = { kind: "limit-moved", ruleId: "high", path: "rules.high.limit" };
const WEAKER: Judgement = { kind: "good", weakenings: [limitMoved] };
const BAD: Judgement = { kind: "refused", reason: "it has faults", faults: [{ path: "rules.0", message: "no" }] };

const first = firstState(
  STORE,
  { digest: FILE, isEmpty: false },
  { who: "site file", why: "first start", atMs: 1_000 },
);
const revision = (changes: Partial<OfferedRevision> = {}): OfferedRevision => ({
  revision: 1,
  digest: DESK,
  knows: { store: STORE, number: 1 },
  author: "wang",
  createdAtMs: 1,
  ...changes,
});
const unaware = revision({ knows: undefined });
const running = (state: SiteState) => [state.running.origin, state.running.digest, state.running.revision];

/** A site that runs the desk's first revision. */
const following = arrived(offered(first, revision(), GOOD, 3_000).state, 3_000);
/** Changed on site since. */
const changed = localChange(following, LOCAL, zhang);
const held = offered(first, revision(), WEAKER, 3_000).state;
const conflict = offered(localChange(first, LOCAL, zhang), revision(), GOOD, 3_000).state;

describe("the desk offers a revision", () => {
  const cases: readonly [string, SiteState, OfferedRevision, Judgement, string, boolean][] = [
    ["good, and its author knew the site: it is gone over to", first, revision(), GOOD, "applying", true],
    ["bad: refused with its faults", first, revision(), BAD, "refused", false],
    ["weaker: held", first, revision(), WEAKER, "held", false],
    [
      "weaker, and approved by a second person",
      first,
      revision({ approval: { by: "li", atMs: 1 } }),
      WEAKER,
      "applying",
      true,
    ],
    [
      "weaker, and approved by its author alone",
      first,
      revision({ approval: { by: "wang", atMs: 1 } }),
      WEAKER,
      "held",
      false,
    ],
    [
      "its author did not know the change on site",
      changed,
      revision({ revision: 2, digest: MERGED }),
      GOOD,
      "conflict",
      false,
    ],
    [
      "and an approval does not change that",
      changed,
      revision({ revision: 2, approval: { by: "li", atMs: 1 } }),
      WEAKER,
      "conflict",
      false,
    ],
    ["what runs here already: taken over by the desk", first, { ...unaware, digest: FILE }, GOOD, "running", false],
    [
      "what runs is the desk's: the next one needs to know nothing",
      following,
      { ...unaware, revision: 2, digest: MERGED },
      GOOD,
      "applying",
      true,
    ],
  ];
  it.each(cases)("%s", (_, state, offer, judged, expected, goesOver) => {
    const step = offered(state, offer, judged, 4_000);
    expect(step.state.offer).toMatchObject({ revision: offer.revision, digest: offer.digest, state: expected });
    expect(step.goOver).toBe(goesOver ? offer.digest : undefined);
    // Until it has arrived, what ran runs.
    expect(step.state.running.digest).toBe(state.running.digest);
  });

  it("keeps why: the faults, and what it weakens", () => {
    expect(offered(first, revision(), BAD, 1).state.offer).toMatchObject({
      reason: "it has faults",
      faults: [{ path: "rules.0" }],
    });
    expect(held.offer).toMatchObject({ reason: expect.stringContaining("critical"), weakenings: [limitMoved] });
  });

  it("takes the place of an empty site without asking", () => {
    const empty = firstState(STORE, { digest: FILE, isEmpty: true }, zhang);
    expect(offered(empty, unaware, GOOD, 1).goOver).toBe(DESK);
  });

  it.each([
    ["a newer one", following, revision({ revision: 2 }), true],
    ["the one that runs", following, revision(), false],
    [
      "an older one",
      arrived(offered(following, revision({ revision: 5 }), GOOD, 1).state, 1),
      revision({ revision: 4 }),
      false,
    ],
    ["a held one again", held, revision(), false],
    ["a held one, approved now", held, revision({ approval: { by: "li", atMs: 1 } }), true],
    [
      "another text under the held one's number",
      held,
      revision({ digest: MERGED, approval: { by: "li", atMs: 1 } }),
      false,
    ],
    ["a refused one again", offered(first, revision(), BAD, 1).state, revision(), false],
  ])("is news or not: %s", (_, state, offer, expected) => {
    expect(isNews(state, offer)).toBe(expected);
  });
});

describe("going over", () => {
  it("what has arrived runs, with its revision, author and instant", () => {
    expect(following.running).toEqual({ digest: DESK, sinceMs: 3_000, origin: "desk", by: "wang", revision: 1 });
    expect(following.offer?.state).toBe("running");
  });

  it("a step that fails leaves what ran, and the reason", () => {
    const state = failed(offered(first, revision(), GOOD, 1).state, "link is broken", 5_000);
    expect(running(state)).toEqual(["local", FILE, 0]);
    expect(state.offer).toMatchObject({ state: "failed", reason: "link is broken", atMs: 5_000 });
  });

  it("a process that dies of it tries again, and after three times leaves it", () => {
    let { state } = offered(first, revision(), GOOD, 1);
    for (let died = 1; died < MAX_ATTEMPTS; died += 1) {
      const step = resumed(state, 1);
      expect(step.goOver).toBe(DESK);
      state = step.state;
    }
    expect(resumed(state, 1)).toMatchObject({ goOver: undefined, state: { offer: { state: "failed" } } });
    expect(resumed(following, 1).goOver).toBeUndefined();
  });
});

describe("a held revision", () => {
  it("is gone over to when somebody on site confirms it", () => {
    expect(confirmed(held, 1, zhang)).toMatchObject({ goOver: DESK, state: { offer: { state: "applying" } } });
  });

  it("is left out when somebody on site rejects it, and stays out", () => {
    const step = rejected(held, 1, zhang);
    expect(step?.state.offer).toMatchObject({ state: "rejected", reason: "zhang" });
    expect(step && confirmed(step.state, 1, zhang)).toBeUndefined();
    expect(step && isNews(step.state, revision({ approval: { by: "li", atMs: 1 } }))).toBe(false);
  });

  it("becomes a conflict where the site was changed since", () => {
    expect(confirmed(localChange(held, LOCAL, zhang), 1, zhang)).toMatchObject({
      goOver: undefined,
      state: { offer: { state: "conflict" }, running: { digest: LOCAL } },
    });
  });

  it("of another revision, or none, is nothing to decide", () => {
    for (const decide of [confirmed, rejected]) {
      expect(decide(held, 2, zhang)).toBeUndefined();
      expect(decide(first, 1, zhang)).toBeUndefined();
    }
  });
});

describe("a change on site", () => {
  it("has a number, the revision it was based on, who and why", () => {
    expect(changed.local).toEqual({
      store: STORE,
      number: 2,
      digest: LOCAL,
      base: 1,
      by: "zhang",
      why: "new gauge",
      atMs: 2_000,
    });
    expect(running(changed)).toEqual(["local", LOCAL, 1]);
    expect(changed.locals.map(({ digest }) => digest)).toEqual([FILE, LOCAL]);
  });

  it.each([
    ["kept", LOCAL],
    ["given up for the desk's", DESK],
    ["merged", MERGED],
  ])("that is in conflict with the desk is %s by an explicit choice", (_, digest) => {
    const state = resolved(conflict, 1, digest, zhang);
    expect(state?.local).toMatchObject({ number: 3, base: 1, digest });
    expect(state?.offer?.state).toBe("running");
    // The desk offers the same again: it was in view.
    expect(state && isNews(state, revision())).toBe(false);
  });

  it("nothing is resolved where there is no conflict", () => {
    expect(resolved(held, 1, LOCAL, zhang)).toBeUndefined();
    expect(resolved(conflict, 2, LOCAL, zhang)).toBeUndefined();
  });
});
