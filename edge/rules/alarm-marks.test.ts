import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { FLOOD_ABOVE, FLOOD_WINDOW_MS } from "./flood.ts";
import type { Rule } from "./rule.ts";
import { createEngine, HIGH } from "./testing/engine-on-paper.ts";

const BUTTON = { deviceId: "station", pointId: "button", value: 1 };

async function passing(engine: { run(signal: AbortSignal): Promise<void> }, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const running = engine.run(stop.signal);
  await work();
  stop.abort();
  await running;
}

describe("a button at the site", () => {
  it("acknowledges with the press, once, and under its own name", () => {
    const { records, read } = createEngine({ rules: [{ ...HIGH, acknowledgeBy: BUTTON }] });
    read(0, "button");
    read(3.2);
    read(1, "button");
    read(1, "button");
    expect(records.slice(1)).toMatchObject([
      { change: "acknowledged", state: "active-acknowledged", actor: "station button" },
    ]);
  });

  it("that was held down before the start acknowledges nothing", () => {
    const { records, read } = createEngine({ rules: [{ ...HIGH, acknowledgeBy: BUTTON }] });
    read(3.2);
    read(1, "button");
    read(null, "button");
    read(1, "button");
    expect(records).toHaveLength(1);
  });
});

describe("a group", () => {
  const group = "well";
  const rules: Rule[] = [
    { ...HIGH, group },
    { ...HIGH, id: "pump", group, source: { deviceId: "station", pointId: "pump" } },
  ];

  it("says which alarm came first, with every step of it, until all have gone", () => {
    const { engine, records, read } = createEngine({ rules });
    read(4, "pump");
    read(4);
    const [pump] = records;
    engine.order({ kind: "acknowledge", occurrenceId: pump?.occurrenceId ?? "", expectedVersion: 1 }, "wang");
    expect(records.map(({ ruleId, isFirstOut }) => [ruleId, isFirstOut])).toEqual([
      ["pump", true],
      ["high-level", undefined],
      ["pump", true],
    ]);
    expect(records.every((record) => record.group === group)).toBe(true);
  });
});

describe("a flood", () => {
  const chatter = { ...HIGH, isLatched: false, priority: "high" } as const;
  const many = Array.from({ length: FLOOD_ABOVE + 2 }, (_, n) => ({
    ...chatter,
    id: `point${n}`,
    source: { deviceId: "station", pointId: `p${n}` },
  }));

  it("marks what comes beyond ten in ten minutes as one of many, and never a critical alarm", () => {
    const { engine, records, read, said } = createEngine({ rules: [...many, HIGH] });
    for (const { source } of many) read(4, source.pointId);
    read(4);
    expect(records.map(({ flood }) => flood)).toEqual([
      ...Array.from({ length: FLOOD_ABOVE }, () => undefined),
      "station",
      "station",
      undefined,
    ]);
    expect(engine.rate()).toEqual({ raised: FLOOD_ABOVE + 3, floods: ["station"] });
    // It hides nothing: every one of them is recorded and sounds.
    expect(said.filter((one) => one === "siren on")).toHaveLength(FLOOD_ABOVE + 3);
  });

  it("is over when they come slowly again", async () => {
    const { engine, clock, read } = createEngine({ rules: many });
    for (const { source } of many) read(4, source.pointId);
    await clock.advance(FLOOD_WINDOW_MS + 1);
    expect(engine.rate()).toEqual({ raised: 0, floods: [] });
  });
});

describe("planned work", () => {
  const plan = {
    kind: "shelve-rule",
    ruleId: "high-level",
    startInMs: 60_000,
    forMs: 120_000,
    reason: "wash",
  } as const;

  it("shelves a rule before its alarm comes, and lets it be seen when its time is over", async () => {
    const { engine, clock, records, said, read } = createEngine();
    await passing(engine, async () => {
      expect(engine.order(plan, "wang")).toEqual({ kind: "done" });
      await clock.advance(61_000);
      read(3.2);
      expect(records[0]?.suppression).toMatchObject({ kind: "shelved", by: "wang", reason: "wash" });
      expect(said).not.toContain("siren on");
      await clock.advance(120_000);
      expect(records.at(-1)).toMatchObject({ change: "unshelved", suppression: { kind: "none" } });
      expect(said).toContain("siren on");
    });
  });

  it("that begins at once is a shelf at once", () => {
    const { engine, read, records, said } = createEngine();
    engine.order({ ...plan, startInMs: 0 }, "wang");
    read(3.2);
    expect(records[0]?.suppression.kind).toBe("shelved");
    expect(engine.order({ kind: "unshelve-rule", ruleId: "high-level" }, "wang")).toEqual({ kind: "done" });
    expect(said).toContain("siren on");
    expect(engine.order({ kind: "unshelve-rule", ruleId: "high-level" }, "wang").kind).toBe("refused");
    expect(engine.order({ ...plan, ruleId: "none" }, "wang").kind).toBe("refused");
  });

  it("outlives a restart with both its times", async () => {
    const disk = new Map<string, string>();
    createEngine({ disk }).engine.order(plan, "wang");
    const clock = new ManualClock({ monotonicMs: 1_050_000 });
    const { engine, read, records } = createEngine({ disk, clock });
    engine.restore(new Map(disk));
    await passing(engine, async () => {
      await clock.advance(11_000);
      read(3.2);
      expect(records[0]?.suppression.kind).toBe("shelved");
      await clock.advance(121_000);
      expect(records.at(-1)?.change).toBe("unshelved");
    });
  });

  it("whose beginning nobody can tell after a reboot hides nothing", () => {
    const disk = new Map<string, string>();
    createEngine({ disk }).engine.order(plan, "wang");
    const clock = new ManualClock({ wallMs: 0, monotonicMs: 2_000 });
    clock.confidence = "doubtful";
    const { engine } = createEngine({ disk, clock, bootId: "boot-2" });
    engine.restore(new Map(disk));
    expect(engine.alarms()).toEqual([]);
    expect(disk.size).toBe(0);
  });
});

describe("out of service by a person at the site", () => {
  it("is kept over a restart, and ends by a person alone", () => {
    const disk = new Map<string, string>();
    const order = { kind: "take-out-of-service", ruleId: "high-level", reason: "sensor is wet" } as const;
    createEngine({ disk }).engine.order(order, "Li");
    const { engine, records, said, read } = createEngine({ disk });
    engine.restore(new Map(disk));
    engine.setRules([HIGH]);
    read(3.2);
    expect(records[0]?.suppression).toEqual({ kind: "out-of-service", by: "Li", reason: "sensor is wet" });
    expect(said).not.toContain("siren on");
    engine.order({ kind: "return-to-service", ruleId: "high-level" }, "Li");
    expect(said).toContain("siren on");
  });
});

describe("a test rule", () => {
  it("hangs on no point, is fed by the test alone, and is marked on every step", () => {
    const test: Rule = { ...HIGH, id: "test/high-level", isTest: true };
    const { engine, clock, records, read } = createEngine({ rules: [HIGH, test] });
    const nowMs = clock.monotonicMs();
    engine.inject("test/high-level", { kind: "reading", value: 9, nowMs });
    expect(records).toMatchObject([{ ruleId: "test/high-level", isTest: true }]);
    read(9);
    expect(records.slice(1)).toMatchObject([{ ruleId: "high-level" }]);
    expect(records[1]?.isTest).toBeUndefined();
    expect(() => engine.inject("high-level", { kind: "reading", value: 9, nowMs })).toThrow("no test rule");
  });
});
