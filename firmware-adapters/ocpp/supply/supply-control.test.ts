import { describe, expect, it } from "vitest";

import { PHASES, type PerPhase } from "../words.ts";
import {
  availableA,
  exposedA,
  highestGrantA,
  startSupply,
  stepSupply,
  type Known,
  type SendGrant,
  type SupplyInput,
  type SupplySettings,
  type SupplyState,
} from "./supply-control.ts";

const all = (amperes: number): PerPhase => ({ L1: amperes, L2: amperes, L3: amperes });

const SETTINGS: SupplySettings = {
  limitA: all(40),
  members: ["a", "b"].map((key) => ({ key, phases: PHASES, maxA: 32, priority: 0, fallbackA: 6 })),
  otherLoadsA: all(0),
  meterMaxAgeMs: 10_000,
  leaseMs: 60_000,
  callTimeoutMs: 10_000,
  settleMs: 5_000,
  toleranceA: 1,
  minRiseA: 1,
};

const charging = (drawsA: number, nowMs: number): Known => ({
  status: "charging",
  isConnected: true,
  hasTransaction: true,
  hasFallback: true,
  meteredA: all(drawsA),
  meteredAtMs: nowMs,
});

/** A supply whose former grants are known to be nothing, driven by hand. */
class Bench {
  nowMs = 1_000_000;
  state: SupplyState;
  readonly grants: SendGrant[] = [];
  readonly #settings: SupplySettings;

  constructor(
    settings = SETTINGS,
    former: ReadonlyMap<string, number> = new Map([
      ["a", 0],
      ["b", 0],
    ]),
  ) {
    this.#settings = settings;
    this.state = startSupply(settings, former, this.nowMs);
  }

  feed(input: SupplyInput): SendGrant[] {
    const [next, grants] = stepSupply(this.#settings, this.state, input, this.nowMs);
    this.state = next;
    this.grants.push(...grants);
    return [...grants];
  }

  charge(key: string, drawsA = 0): SendGrant[] {
    return this.feed({ kind: "known", key, known: charging(drawsA, this.nowMs) });
  }

  answer(answer: "accepted" | "refused" | "lost", grant = this.grants.at(-1)): SendGrant[] {
    if (grant === undefined) throw new Error("nothing was granted");
    return this.feed({ kind: "answered", key: grant.key, id: grant.id, answer });
  }

  after(ms: number): SendGrant[] {
    this.nowMs += ms;
    return this.feed({ kind: "tick" });
  }
}

describe("a supply", () => {
  it("counts a station that has not taken its fallback in with all its hardware allows, and grants it nothing", () => {
    const bench = new Bench();
    expect(exposedA(bench.state)).toEqual(all(64));
    expect(bench.feed({ kind: "known", key: "a", known: { ...charging(0, bench.nowMs), hasFallback: false } })).toEqual(
      [],
    );
  });

  it("grants one car all there is beside the other's fallback, and shares when the other comes: lower first, then raise", () => {
    const bench = new Bench();
    bench.feed({ kind: "known", key: "b", known: { ...charging(0, bench.nowMs), hasTransaction: false } });
    expect(bench.charge("a")).toMatchObject([{ key: "a", limitA: 32, leaseMs: 60_000 }]);
    bench.answer("accepted");
    // The other begins with what is left, and has its share when the first has come down to his.
    const [lowered, begun] = bench.charge("b");
    expect([lowered, begun]).toMatchObject([
      { key: "a", limitA: 20 },
      { key: "b", limitA: 8 },
    ]);
    bench.answer("accepted", begun);
    expect(bench.answer("accepted", lowered)).toEqual([]);
    expect(bench.after(4_000)).toEqual([]);
    expect(bench.after(1_000)).toMatchObject([{ key: "b", limitA: 20 }]);
  });

  it("waits as long as the meter shows that the current has not fallen", () => {
    const bench = new Bench();
    bench.feed({ kind: "known", key: "b", known: { ...charging(0, bench.nowMs), hasTransaction: false } });
    bench.charge("a");
    bench.answer("accepted");
    for (const grant of bench.charge("b")) bench.answer("accepted", grant);
    bench.nowMs += 6_000;
    expect(bench.charge("a", 31)).toEqual([]);
    expect(bench.charge("a", 20)).toMatchObject([{ key: "b", limitA: 20 }]);
  });

  it("counts a grant whose answer was lost as one that may be in force, and asks again", () => {
    const bench = new Bench();
    bench.feed({ kind: "known", key: "b", known: { ...charging(0, bench.nowMs), hasTransaction: false } });
    bench.charge("a");
    expect(bench.answer("lost")).toMatchObject([{ key: "a", limitA: 32 }]);
    expect(exposedA(bench.state)).toEqual(all(38));
    expect(highestGrantA(bench.state, "a")).toBe(32);
  });

  it("renews a grant at half its lease, and counts a silent station at its last grant until that has run out", () => {
    const bench = new Bench();
    bench.feed({ kind: "known", key: "b", known: { ...charging(0, bench.nowMs), hasTransaction: false } });
    bench.charge("a");
    bench.answer("accepted");
    expect(bench.after(29_000)).toEqual([]);
    expect(bench.after(1_000)).toMatchObject([{ key: "a", limitA: 32 }]);
    bench.answer("accepted");
    bench.feed({ kind: "known", key: "a", known: { ...charging(0, bench.nowMs), isConnected: false } });
    bench.after(74_000);
    expect(exposedA(bench.state)).toEqual(all(38));
    bench.after(1_000);
    expect(exposedA(bench.state)).toEqual(all(12));
  });

  it("gives way to the rest of the site as its meter shows it, and to what is configured where the meter is silent", () => {
    const bench = new Bench({ ...SETTINGS, otherLoadsA: all(25) });
    expect(availableA({ ...SETTINGS, otherLoadsA: all(25) }, bench.state, bench.nowMs)).toEqual(all(15));
    bench.feed({ kind: "meter", totalA: all(4) });
    expect(availableA({ ...SETTINGS, otherLoadsA: all(25) }, bench.state, bench.nowMs)).toEqual(all(36));
    bench.after(10_001);
    expect(availableA({ ...SETTINGS, otherLoadsA: all(25) }, bench.state, bench.nowMs)).toEqual(all(15));
  });

  it("grants nothing to anybody while it is stopped, at once", () => {
    const bench = new Bench();
    bench.feed({ kind: "known", key: "b", known: { ...charging(0, bench.nowMs), hasTransaction: false } });
    bench.charge("a");
    bench.answer("accepted");
    expect(bench.feed({ kind: "stopped", isStopped: true })).toMatchObject([{ key: "a", limitA: 0 }]);
  });

  it("goes on with what was granted before its own death, where that was written down", () => {
    const bench = new Bench(
      SETTINGS,
      new Map([
        ["a", 20],
        ["b", 20],
      ]),
    );
    bench.charge("b");
    expect(bench.charge("a")).toMatchObject([{ key: "b" }, { key: "a", limitA: 20 }].slice(1));
  });
});
