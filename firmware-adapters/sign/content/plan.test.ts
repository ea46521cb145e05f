import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Content } from "./content.ts";
import { plan, type Facts, type Step } from "./plan.ts";

const NEVER = Number.POSITIVE_INFINITY;
const NOW = 1_000_000;

const flood: Content = {
  id: "flood",
  text: { zh: "地道积水", en: "" },
  lines: ["地道积水"],
  priority: "emergency",
  endsAtMs: undefined,
  expiresAtMs: undefined,
};

const calm: Facts = {
  wanted: flood,
  shown: { kind: "seen", id: "flood", seenAtMs: NOW - 100 },
  sent: { id: "flood", atMs: NOW - 60_000, tries: 1 },
  isOrdered: false,
  pollAtMs: NOW + 9_000,
  silentAtMs: NEVER,
  endsAtMs: NEVER,
  notBeforeMs: 0,
  settleMs: 5_000,
};

/** The sign was last seen, so long ago, to show something else. */
const other = (agoMs: number): Facts["shown"] => ({ kind: "seen", id: "other", seenAtMs: NOW - agoMs });
const sent = (agoMs: number, tries = 1): Facts["sent"] => ({ id: "flood", atMs: NOW - agoMs, tries });
const send: Step = { kind: "send", content: flood };
const look: Step = { kind: "look" };
const wait = (ms: number): Step => ({ kind: "wait", untilMs: NOW + ms });

const ROWS: readonly (readonly [string, Partial<Facts>, Step])[] = [
  ["rests until the poll while the sign shows what it should", {}, wait(9_000)],
  ["looks when the poll is due", { pollAtMs: NOW }, look],
  ["wakes when a content ends", { endsAtMs: NOW + 70 }, wait(70)],
  [
    "lets what has ended go before anything else",
    { endsAtMs: NOW, isOrdered: true, shown: other(10) },
    { kind: "expire" },
  ],
  ["notices silence", { pollAtMs: NEVER, silentAtMs: NOW }, { kind: "silent" }],
  ["wakes to notice silence", { pollAtMs: NEVER, silentAtMs: NOW + 50 }, wait(50)],
  ["leaves the sign alone while nobody knows what stands", { wanted: undefined, shown: other(10) }, wait(9_000)],
  ["looks even so", { wanted: undefined, shown: other(10), pollAtMs: NOW - 1 }, look],
  [
    "looks before it sends to a sign it has not seen",
    { shown: { kind: "unknown" }, sent: undefined, pollAtMs: NOW },
    look,
  ],
  ["sends what was ordered to a sign it has not seen", { shown: { kind: "unknown" }, isOrdered: true }, send],
  ["sends what was ordered in spite of a failure", { shown: other(10), isOrdered: true, notBeforeMs: NOW + 900 }, send],
  ["sends nothing that stands there already", { isOrdered: true }, wait(9_000)],
  ["sends what is wanted where something else stands", { shown: other(10), sent: undefined }, send],
  [
    "sends what is wanted after another content",
    { shown: other(10), sent: { id: "x", atMs: NOW - 5, tries: 3 } },
    send,
  ],
  ["sends to a dark panel", { shown: { kind: "seen", id: undefined, seenAtMs: NOW - 5 }, sent: undefined }, send],
  ["waits after a failure", { shown: other(10), sent: undefined, notBeforeMs: NOW + 900 }, wait(900)],
  ["waits a moment for the picture", { shown: other(200), sent: sent(100) }, wait(50)],
  ["looks for the picture", { shown: other(300), sent: sent(200) }, look],
  ["looks for the picture again, at a distance", { shown: other(100), sent: sent(1_000) }, wait(300)],
  ["looks for the picture again", { shown: other(400), sent: sent(1_000) }, look],
  ["looks a last time when the picture should be there", { shown: other(300), sent: sent(5_000) }, look],
  ["sends again what was seen not to be there in time", { shown: other(10), sent: sent(5_100) }, send],
  ["sends again later the more often it was in vain", { shown: other(10), sent: sent(5_100, 3) }, wait(9_000)],
  ["but no later than it must", { shown: other(10), sent: sent(19_900, 3) }, wait(100)],
  ["sends again the third time", { shown: other(10), sent: sent(20_000, 3) }, send],
  ["never waits longer than two minutes to send again", { shown: other(10), sent: sent(120_000, 60) }, send],
  [
    "waits for news of a sign that cannot be asked",
    { pollAtMs: NEVER, shown: other(300), sent: sent(200) },
    wait(NEVER),
  ],
  ["waits for the picture of one", { pollAtMs: NEVER, shown: other(100), sent: sent(200) }, wait(4_800)],
  ["sends again to one", { pollAtMs: NEVER, shown: other(4_900), sent: sent(5_000) }, send],
];

describe("the plan for a sign", () => {
  it.each(ROWS)("%s", (_, facts, step) => {
    expect(plan({ ...calm, ...facts }, NOW)).toEqual(step);
  });

  it("never waits for a time that has passed, and never sends what was not looked for since", () => {
    const time = fc.oneof(fc.constant(NEVER), fc.integer({ min: NOW - 200_000, max: NOW + 200_000 }));
    const seen = fc.record({
      kind: fc.constant("seen" as const),
      id: fc.constantFrom("flood", "other", undefined),
      seenAtMs: fc.integer({ min: NOW - 200_000, max: NOW }),
    });
    const facts = fc.record({
      wanted: fc.constantFrom(flood, undefined),
      shown: fc.oneof(fc.constant({ kind: "unknown" as const }), seen),
      sent: fc.option(
        fc.record({
          id: fc.constantFrom("flood", "other"),
          atMs: fc.integer({ min: NOW - 200_000, max: NOW }),
          tries: fc.integer({ min: 1, max: 50 }),
        }),
        { nil: undefined },
      ),
      isOrdered: fc.boolean(),
      pollAtMs: time,
      silentAtMs: time,
      endsAtMs: time,
      notBeforeMs: fc.integer({ min: 0, max: NOW + 200_000 }),
      settleMs: fc.integer({ min: 200, max: 120_000 }),
    });
    const property = fc.property(facts, (given) => {
      const step = plan(given, NOW);
      if (step.kind === "wait") return step.untilMs > NOW;
      if (step.kind === "look") return given.pollAtMs !== NEVER;
      if (step.kind !== "send" || given.isOrdered || given.sent?.id !== step.content.id) return true;
      return given.shown.kind === "seen" && given.shown.seenAtMs >= given.sent.atMs;
    });
    fc.assert(property, { numRuns: 10_000 });
  });
});
