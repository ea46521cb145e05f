import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { siteDocument } from "@outpost/wire/site.ts";
import { describe, expect, it } from "vitest";

import type { Rule } from "./rule.ts";
import { deviceOfflineId, derivedRules, gatewayRules, SYSTEM } from "./system-alarms.ts";
import { createEngine, HIGH } from "./testing/engine-on-paper.ts";

describe("the alarm path", () => {
  it("calls the actuator first, then tells whoever listens, then writes, all in one turn", () => {
    const { said, records, read } = createEngine();
    read(3.2);
    expect(said).toEqual(["siren on", "notice raised", "record raised"]);
    expect(records[0]).toMatchObject({
      ruleId: "high-level",
      deviceId: "station",
      pointId: "level",
      priority: "critical",
      state: "active-unacknowledged",
      version: 1,
      value: 3.2,
      suppression: { kind: "none" },
    });
  });

  it("lets go when the value is back by the deadband, and not before", () => {
    const { said, read } = createEngine();
    for (const value of [3.2, 2.95, null, 2.89]) read(value);
    expect(said.filter((one) => one.startsWith("siren"))).toEqual(["siren on", "siren off"]);
  });

  it("says nothing about readings of points that no rule watches", () => {
    const { said, read } = createEngine();
    read(99, "inflow");
    expect(said).toEqual([]);
  });
});

describe("time", () => {
  it("raises when an on-delay has passed without another reading", async () => {
    const { engine, clock, records, read } = createEngine({ rules: [{ ...HIGH, onDelayMs: 5_000 }] });
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    read(3.2);
    await clock.advance(4_990);
    expect(records).toEqual([]);
    await clock.advance(20);
    expect(records.map(({ change }) => change)).toEqual(["raised"]);
    stop.abort();
    await running;
  });

  it("a wall clock that jumps by years moves no delay", async () => {
    const { engine, clock, records, read } = createEngine({ rules: [{ ...HIGH, onDelayMs: 5_000 }] });
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    read(3.2);
    clock.jumpWall(10 * 365 * 86_400_000);
    await clock.advance(4_900);
    expect(records).toEqual([]);
    clock.jumpWall(-30 * 365 * 86_400_000);
    await clock.advance(200);
    expect(records).toHaveLength(1);
    stop.abort();
    await running;
  });

  it("raises for a point that is never read at all", async () => {
    const stale: Rule = { ...HIGH, id: "stale", comparator: { kind: "stale", afterMs: 3_000 } };
    const { engine, clock, records, read } = createEngine({ rules: [stale] });
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    await clock.advance(2_900);
    expect(records).toEqual([]);
    await clock.advance(1_200);
    expect(records).toMatchObject([{ change: "raised", value: null }]);
    read(1);
    expect(records[1]?.change).toBe("cleared");
    stop.abort();
    await running;
  });
});

describe("orders", () => {
  it("an acknowledgement for what is shown is done; the same one again is stale", () => {
    const { engine, records, read } = createEngine();
    read(3.2);
    const order = { kind: "acknowledge", occurrenceId: records[0]?.occurrenceId ?? "", expectedVersion: 1 } as const;
    expect(engine.order({ ...order, note: "on my way" }, "wang")).toEqual({ kind: "done" });
    expect(records[1]).toMatchObject({ state: "active-acknowledged", version: 2, actor: "wang", note: "on my way" });
    expect(engine.order(order, "wang")).toEqual({ kind: "stale", currentVersion: 2 });
    expect(records).toHaveLength(2);
  });

  it("an order for an occurrence nobody knows is refused", () => {
    const { engine } = createEngine();
    const order = { kind: "acknowledge", occurrenceId: "f".repeat(32), expectedVersion: 1 } as const;
    expect(engine.order(order, "wang").kind).toBe("refused");
  });

  it("a shelved alarm lets its siren go, and comes back by itself when the time is over", async () => {
    const { engine, clock, said, records, read } = createEngine();
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    read(3.2);
    const { occurrenceId = "" } = records[0] ?? {};
    const answer = engine.order(
      { kind: "shelve", occurrenceId, expectedVersion: 1, forMs: 60_000, reason: "repair" },
      "wang",
    );
    expect(answer).toEqual({ kind: "done" });
    expect(records[1]?.suppression).toMatchObject({
      kind: "shelved",
      by: "wang",
      untilMs: clock.now().wallMs + 60_000,
    });
    await clock.advance(59_000);
    expect(said.filter((one) => one.startsWith("siren"))).toEqual(["siren on", "siren off"]);
    await clock.advance(1_100);
    expect(said.filter((one) => one.startsWith("siren"))).toEqual(["siren on", "siren off", "siren on"]);
    expect(records.at(-1)).toMatchObject({
      change: "unshelved",
      state: "active-unacknowledged",
      suppression: { kind: "none" },
    });
    stop.abort();
    await running;
  });

  it("a stale shelve changes nothing, its end included", async () => {
    const { engine, clock, records, read } = createEngine();
    read(3.2);
    const { occurrenceId = "" } = records[0] ?? {};
    const order = { kind: "shelve", occurrenceId, expectedVersion: 9, forMs: 1_000, reason: "repair" } as const;
    expect(engine.order(order, "wang").kind).toBe("stale");
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    await clock.advance(5_000);
    expect(records).toHaveLength(1);
    stop.abort();
    await running;
  });
});

describe("suppression by the site file", () => {
  const local = { deviceId: "station", pointId: "local", value: 1 };

  it("hides an alarm while the other point says so, and never on a value nobody knows", () => {
    const { said, records, read } = createEngine({ rules: [{ ...HIGH, suppressWhile: local }] });
    read(1, "local");
    read(3.2);
    expect(records[0]?.suppression.kind).toBe("suppressed-by-design");
    expect(said).not.toContain("siren on");
    read(null, "local");
    expect(said).toContain("siren on");
    expect(records.at(-1)?.change).toBe("returned");
  });

  it("records an alarm that is out of service without sounding it, until the file says otherwise", () => {
    const { engine, said, records, read } = createEngine({
      rules: [{ ...HIGH, outOfService: { by: "Li", reason: "sensor replaced" } }],
    });
    read(3.2);
    expect(records[0]?.suppression).toEqual({ kind: "out-of-service", by: "Li", reason: "sensor replaced" });
    expect(said).not.toContain("siren on");
    engine.setRules([HIGH]);
    expect(said).toContain("siren on");
  });
});

describe("a site file that changes", () => {
  it("ends the alarm of a rule that goes, and lets its actuator go", () => {
    const { engine, said, records, disk, read } = createEngine();
    read(3.2);
    engine.retireRules(["high-level", "never-was"]);
    expect(records.at(-1)).toMatchObject({ state: "normal", change: "cleared", note: "the rule is gone" });
    expect(said).toContain("siren off");
    expect(disk.size).toBe(0);
    read(9);
    expect(records).toHaveLength(2);
  });

  it("judges a standing alarm by the changed rule at the next reading", () => {
    const { engine, records, read } = createEngine();
    read(3.2);
    engine.setRules([{ ...HIGH, comparator: { kind: "threshold", is: "above", limit: 5, deadband: 0 } }]);
    expect(records).toHaveLength(1);
    read(3.2);
    expect(records.at(-1)?.change).toBe("cleared");
  });

  it("a siren that both versions of a rule name does not pause", () => {
    const { engine, said, read } = createEngine();
    read(3.2);
    engine.setRules([{ ...HIGH, actions: ["siren", "lamp"] }]);
    engine.setRules([{ ...HIGH, actions: ["lamp"] }]);
    expect(said.filter((one) => / o(n|ff)$/.test(one))).toEqual(["siren on", "siren+lamp on", "lamp on", "siren off"]);
  });
});

describe("a restart", () => {
  it("goes on with the alarm that stood, and calls for its actuator at once", () => {
    const disk = new Map<string, string>();
    const before = createEngine({ disk });
    before.read(3.2);
    const after = createEngine({ disk });
    after.engine.restore(new Map(disk));
    expect(after.said).toEqual(["siren on"]);
    after.read(3.3);
    expect(after.records).toEqual([]);
    after.read(2);
    expect(after.records).toMatchObject([
      { change: "cleared", version: 2, occurrenceId: before.records[0]?.occurrenceId },
    ]);
  });

  it("fires a critical alarm at once whose on-delay passed meanwhile, even where nobody can tell the time", () => {
    const disk = new Map<string, string>();
    createEngine({ disk, rules: [{ ...HIGH, onDelayMs: 60_000 }] }).read(3.2);
    const clock = new ManualClock({ wallMs: 0, monotonicMs: 2_000 });
    clock.confidence = "doubtful";
    const after = createEngine({ disk, clock, bootId: "boot-2", rules: [{ ...HIGH, onDelayMs: 60_000 }] });
    after.engine.restore(new Map(disk));
    expect(after.said).toEqual(["siren on", "notice raised", "record raised"]);
  });

  it("goes on with an on-delay where the same boot tells how much is left", async () => {
    const disk = new Map<string, string>();
    const rules = [{ ...HIGH, onDelayMs: 60_000 }];
    createEngine({ disk, rules }).read(3.2);
    const clock = new ManualClock({ monotonicMs: 1_030_000 });
    const after = createEngine({ disk, clock, rules });
    after.engine.restore(new Map(disk));
    after.read(3.2);
    const stop = new AbortController();
    const running = after.engine.run(stop.signal);
    await clock.advance(29_000);
    expect(after.records).toEqual([]);
    await clock.advance(1_100);
    expect(after.records).toHaveLength(1);
    stop.abort();
    await running;
  });

  it("ends an alarm whose rule went meanwhile, and drops rows it cannot read", () => {
    const disk = new Map<string, string>();
    const before = createEngine({ disk });
    before.read(3.2);
    disk.set("alarm/garbage", "{");
    const after = createEngine({ disk, rules: [] });
    after.engine.restore(new Map(disk));
    expect(after.records).toMatchObject([
      { occurrenceId: before.records[0]?.occurrenceId, version: 2, state: "normal", change: "cleared" },
    ]);
    expect(disk.size).toBe(0);
  });

  it("keeps a shelf, with its end", async () => {
    const disk = new Map<string, string>();
    const before = createEngine({ disk });
    before.read(3.2);
    const { occurrenceId = "" } = before.records[0] ?? {};
    before.engine.order({ kind: "shelve", occurrenceId, expectedVersion: 1, forMs: 60_000, reason: "repair" }, "wang");
    const clock = new ManualClock({ monotonicMs: 1_050_000 });
    const after = createEngine({ disk, clock });
    after.engine.restore(new Map(disk));
    expect(after.said).toEqual([]);
    const stop = new AbortController();
    const running = after.engine.run(stop.signal);
    await clock.advance(10_100);
    expect(after.records).toMatchObject([{ change: "unshelved", version: 3 }]);
    stop.abort();
    await running;
  });

  it("an alarm raised anew before the disk gave its rows stays; the old occurrence is ended", () => {
    const disk = new Map<string, string>();
    const before = createEngine({ disk });
    before.read(3.2);
    const rows = new Map(disk);
    const after = createEngine({ disk: new Map() });
    after.read(1);
    after.read(4);
    after.engine.restore(rows);
    expect(after.records.map(({ change, state }) => [change, state])).toEqual([
      ["raised", "active-unacknowledged"],
      ["cleared", "normal"],
    ]);
    expect(after.engine.alarms()[0]?.life.state).toBe("active-unacknowledged");
    expect(after.disk.has("alarm/high-level")).toBe(true);
  });
});

describe("the gateway's own alarms", () => {
  const text = { zh: "泵站", en: "Station" };
  const document = siteDocument.parse({
    version: 1,
    site: { id: "pump-01", name: text },
    gateway: { id: "gateway-01" },
    links: [{ id: "panel", kind: "tcp", host: "127.0.0.1", port: 1502 }],
    devices: [
      {
        id: "station",
        adapter: "modbus",
        name: text,
        link: "panel",
        settings: { unitId: 1, profile: "two-pump-station" },
      },
    ],
  });

  it("a device that is away a moment is no alarm; one that stays away is", async () => {
    const { engine, clock, records } = createEngine({ rules: [...gatewayRules(), ...derivedRules(document)] });
    const stop = new AbortController();
    const running = engine.run(stop.signal);
    const id = deviceOfflineId("station");
    engine.setFact(id, true);
    await clock.advance(9_000);
    engine.setFact(id, false);
    await clock.advance(5_000);
    expect(records).toEqual([]);
    engine.setFact(id, true);
    await clock.advance(11_000);
    expect(records).toMatchObject([{ ruleId: id, deviceId: "station", priority: "high", value: null }]);
    stop.abort();
    await running;
  });

  it("a fact that is not watched is a bug", () => {
    const { engine } = createEngine();
    expect(() => engine.setFact(SYSTEM.siteRefused, true)).toThrow("no fact");
  });
});
