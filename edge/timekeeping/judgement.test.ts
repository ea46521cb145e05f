import { describe, expect, it } from "vitest";

import { confidenceOf, confirm, floorMs, look, synchronize, unjudged, type TimeState } from "./judgement.ts";

const BUILT_MS = Date.UTC(2026, 0, 1);
const NOW_MS = Date.UTC(2026, 5, 1);
const YEAR_MS = 365 * 86_400_000;
const BOOT_MS = NOW_MS - 1_000_000;

/** The wall clock `stepMs` away from the true time, `atMs` after boot. */
const at = (atMs: number, stepMs = 0) => ({ wallMs: BOOT_MS + atMs + stepMs, monotonicMs: atMs });
const fresh = unjudged({ certainMs: BUILT_MS, likelyMs: BUILT_MS });
const plausible = look(fresh, at(0));
const confirmed = confirm(plausible, at(0), BOOT_MS)[0];
const stepped = look(plausible, at(1_000, YEAR_MS));
const contradicted = confirm(plausible, at(0), BOOT_MS + YEAR_MS)[0];
const in1970 = look(fresh, { wallMs: 3_000, monotonicMs: 0 });

describe("judging the wall clock by both clocks", () => {
  it.each<[string, TimeState, { wallMs: number; monotonicMs: number }, string]>([
    ["at boot, after the floor", fresh, at(0), "plausible"],
    ["at boot, in 1970", fresh, { wallMs: 3_000, monotonicMs: 0 }, "before-floor"],
    ["at boot, a second before the floor", fresh, { wallMs: BUILT_MS - 1_000, monotonicMs: 0 }, "plausible"],
    ["plausible, a day on", plausible, at(86_400_000), "plausible"],
    ["plausible, a step within tolerance", plausible, at(1_000, 2_000), "plausible"],
    ["plausible, a step over tolerance", plausible, at(1_000, 2_001), "stepped"],
    ["plausible, a step back over tolerance", plausible, at(10_000, -2_001), "stepped"],
    ["plausible, years ahead", plausible, at(1_000, 10 * YEAR_MS), "stepped"],
    ["plausible, years back", plausible, at(1_000, -10 * YEAR_MS), "before-floor"],
    ["confirmed, a day on", confirmed, at(86_400_000), "confirmed"],
    ["confirmed, years ahead", confirmed, at(1_000, 10 * YEAR_MS), "stepped"],
    ["confirmed, years back", confirmed, at(1_000, -10 * YEAR_MS), "before-floor"],
    ["stepped, time passes", stepped, at(3_600_000, YEAR_MS), "stepped"],
    ["stepped, and back to where it was only plausible", stepped, at(2_000), "stepped"],
    ["contradicted, time passes", contradicted, at(3_600_000), "contradicted"],
    ["contradicted, then set", contradicted, at(3_600_000, YEAR_MS), "stepped"],
    ["1970, time passes", in1970, { wallMs: 63_000, monotonicMs: 60_000 }, "before-floor"],
    ["1970, then set", in1970, at(60_000), "plausible"],
  ])("%s", (_, before, now, verdict) => {
    const after = look(before, now);
    expect(after.doubt ?? confidenceOf(after)).toBe(verdict);
    expect(confidenceOf(after) === "doubtful").toBe(after.doubt !== undefined);
  });

  it("adds small steps up: none of them is a jump alone", () => {
    let state = plausible;
    for (const stepMs of [900, 1_800]) state = look(state, at(1_000, stepMs));
    expect(confidenceOf(state)).toBe("plausible");
    expect(look(state, at(1_000, 2_700)).doubt).toBe("stepped");
  });

  it("trusts a clock again that comes back to where it was confirmed", () => {
    const away = look(confirmed, at(1_000, -10 * YEAR_MS));
    expect(confidenceOf(away)).toBe("doubtful");
    expect(confidenceOf(look(away, at(2_000)))).toBe("confirmed");
  });

  it("raises the floor by trusted time only", () => {
    expect(floorMs(look(plausible, at(5_000)))).toBe(BOOT_MS + 5_000);
    expect(floorMs(look(plausible, at(5_000, YEAR_MS)))).toBe(BOOT_MS);
    expect(floorMs(look(in1970, { wallMs: 9_000, monotonicMs: 6_000 }))).toBe(BUILT_MS);
  });

  it("says nothing before the first look", () => {
    expect(confidenceOf(fresh)).toBe("doubtful");
  });
});

describe("judging the wall clock by the fleet's time", () => {
  it.each<[string, TimeState, number, [string, string]]>([
    ["plausible, the fleet agrees", plausible, 0, ["confirmed", "confirmed"]],
    ["plausible, at the tolerance", plausible, 10_000, ["confirmed", "confirmed"]],
    ["plausible, over the tolerance", plausible, 10_001, ["contradicted", "doubtful"]],
    ["plausible, years apart", plausible, -2 * YEAR_MS, ["source-before-floor", "plausible"]],
    ["confirmed, the fleet is years ahead", confirmed, 2 * YEAR_MS, ["contradicted", "confirmed"]],
    ["contradicted, the fleet agrees now", contradicted, 0, ["confirmed", "confirmed"]],
  ])("%s", (_, before, fleetAheadMs, expected) => {
    const now = at(1_000);
    const [after, confirmation] = confirm(before, now, now.wallMs + fleetAheadMs);
    expect([confirmation.kind, confidenceOf(after)]).toEqual(expected);
  });

  it("confirms a clock that was stepped to the right time", () => {
    const now = at(1_000, YEAR_MS);
    expect(confidenceOf(confirm(stepped, now, now.wallMs)[0])).toBe("confirmed");
  });

  it("leaves a clock in 1970 doubtful and says how far it is off", () => {
    const [after, confirmation] = confirm(in1970, { wallMs: 4_000, monotonicMs: 1_000 }, NOW_MS);
    expect(confirmation).toEqual({ kind: "contradicted", aheadMs: 4_000 - NOW_MS });
    expect(after.doubt).toBe("before-floor");
  });

  it("lowers a floor that a broken clock had raised, but never below what was certain", () => {
    const from2099 = unjudged({ certainMs: BUILT_MS, likelyMs: Date.UTC(2099, 0, 1) });
    const doubtful = look(from2099, at(0));
    expect(doubtful.doubt).toBe("before-floor");
    const [after] = confirm(doubtful, at(1_000), BOOT_MS + 1_000);
    expect(confidenceOf(after)).toBe("confirmed");
    expect(floorMs(after)).toBe(BOOT_MS + 1_000);
    expect(confirm(after, at(2_000), BUILT_MS)[1]).toEqual({
      kind: "source-before-floor",
      floorMs: BOOT_MS + 2_000,
    });
  });
});

describe("judging the wall clock by the time service's mark", () => {
  it("believes a new mark, ignores an old or missing one, and none before the floor", () => {
    expect(confidenceOf(synchronize(plausible, at(1_000), undefined))).toBe("plausible");
    const synchronized = synchronize(plausible, at(1_000), 7);
    expect(confidenceOf(synchronized)).toBe("confirmed");
    const later = synchronize(synchronized, at(2_000, YEAR_MS), 7);
    expect(later.doubt).toBe("stepped");
    expect(confidenceOf(synchronize(later, at(3_000, YEAR_MS), 8))).toBe("confirmed");
    expect(synchronize(in1970, { wallMs: 9_000, monotonicMs: 6_000 }, 7).doubt).toBe("before-floor");
  });
});
