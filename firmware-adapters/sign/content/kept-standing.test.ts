import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Content } from "./content.ts";
import { keepStanding, restoreStanding } from "./kept-standing.ts";
import { expire, nextEndMs, wantedOf, withText, withoutText, NOTHING_STANDS, type Fixed } from "./standing.ts";

const content = (id: string, more: Partial<Content> = {}): Content => ({
  id,
  text: { zh: id, en: "" },
  lines: [id],
  priority: "normal",
  endsAtMs: undefined,
  expiresAtMs: undefined,
  ...more,
});
const fixed: Fixed = { normal: content("always"), messages: [content("flood"), content("fog")] };
const text = content("text", { endsAtMs: 61_000, expiresAtMs: 1_700_000_060_000 });
const alarm = content("alarm", { priority: "emergency", endsAtMs: 31_000 });
const now = { wallMs: 1_700_000_000_000, monotonicMs: 1_000, confidence: "confirmed" } as const;

describe("what stands", () => {
  it.each([
    ["what is always there", NOTHING_STANDS, "always"],
    ["a text before that", { ...NOTHING_STANDS, normal: text }, "text"],
    ["an emergency before a text", { ...NOTHING_STANDS, normal: text, emergency: alarm }, "alarm"],
    ["a canned message before an emergency", { canned: 2, normal: text, emergency: alarm }, "fog"],
    ["nothing for a number that no message has", { canned: 3, normal: text, emergency: undefined }, "text"],
  ])("shows %s", (_, standing, id) => {
    expect(wantedOf(standing, fixed).id).toBe(id);
  });

  it("returns to the former text when an emergency ends, and to what is always there after it", () => {
    const both = withText(withText(NOTHING_STANDS, text), alarm);
    expect(nextEndMs(both)).toBe(31_000);
    expect(expire(both, 30_999)).toEqual({ standing: both, ended: [] });
    const first = expire(both, 31_000);
    expect(first.ended).toEqual([alarm]);
    expect(wantedOf(first.standing, fixed).id).toBe("text");
    const second = expire(first.standing, 61_000);
    expect(second).toEqual({ standing: NOTHING_STANDS, ended: [text] });
    expect(nextEndMs(second.standing)).toBe(Number.POSITIVE_INFINITY);
    expect(withoutText(both, "emergency")).toEqual(withText(NOTHING_STANDS, text));
  });
});

describe("what stands, after a restart", () => {
  const row = keepStanding({ canned: 1, emergency: alarm, normal: text }, fixed, now);

  it.each([
    ["in the same moment", now, 30_000],
    ["by the wall clock", { wallMs: now.wallMs + 20_000, monotonicMs: 77, confidence: "plausible" }, 10_000],
    [
      "by the monotonic clock where the wall clock is doubtful",
      { wallMs: 9, monotonicMs: 6_000, confidence: "doubtful" },
      25_000,
    ],
    [
      "rather too long than too short after a reboot without a clock",
      { wallMs: 9, monotonicMs: 5, confidence: "doubtful" },
      30_000,
    ],
    [
      "by the monotonic clock where the wall clock has gone back",
      { wallMs: 9, monotonicMs: 2_000, confidence: "confirmed" },
      29_000,
    ],
    [
      "not at all when its time is over",
      { wallMs: now.wallMs + 90_000, monotonicMs: 5_000, confidence: "confirmed" },
      0,
    ],
  ] as const)("goes on %s", (_, later, leftMs) => {
    const restored = restoreStanding(row, fixed, later);
    expect(restored).toMatchObject({ canned: 1, emergency: { id: "alarm", lines: ["alarm"], priority: "emergency" } });
    expect(restored?.emergency?.endsAtMs).toBe(later.monotonicMs + leftMs);
    expect(restored?.normal?.expiresAtMs).toBe(1_700_000_060_000);
  });

  it("finds a canned message by what it says, not by its number", () => {
    expect(restoreStanding(row, { ...fixed, messages: [content("ice"), content("flood")] }, now)?.canned).toBe(2);
    expect(restoreStanding(row, { ...fixed, messages: [] }, now)?.canned).toBe(0);
  });

  it("takes nothing from a row that is not one", () => {
    for (const foreign of ["", "{", "null", "[]", '{"version":2}', row.replace('"leftMs":', '"leftMs":-')]) {
      expect(restoreStanding(foreign, fixed, now)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (any) => restoreStanding(any, fixed, now) === undefined),
      { numRuns: 1_000 },
    );
  });
});
