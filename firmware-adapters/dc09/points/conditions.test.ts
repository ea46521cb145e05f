import { describe, expect, it } from "vitest";

import {
  applyEvent,
  conditionRow,
  expire,
  mergedConditions,
  nextEndMs,
  NO_CONDITIONS,
  pointValue,
  restoredConditions,
  zoneValue,
  type Conditions,
} from "./conditions.ts";
import { POINTS, type PointKind } from "./points.ts";

const at = (nowMs: number) => ({ nowMs, momentaryMs: 10 });
const raise = (before: Conditions, kind: PointKind, zone?: number, nowMs = 0): Conditions =>
  applyEvent(before, { zone }, { raises: kind }, at(nowMs));
const clear = (before: Conditions, kind: PointKind, zone?: number): Conditions =>
  applyEvent(before, { zone }, { clears: [kind] }, at(0));

describe("conditions", () => {
  it("last until they are taken back where they began", () => {
    const two = raise(raise(NO_CONDITIONS, "burglary", 1), "burglary", 2);
    expect(pointValue(clear(two, "burglary", 1), "burglary")).toBe(1);
    expect(pointValue(clear(clear(two, "burglary", 1), "burglary", 2), "burglary")).toBe(0);
    expect(pointValue(clear(two, "burglary", 7), "burglary")).toBe(1);
    expect(pointValue(clear(two, "fire", 1), "burglary")).toBe(1);
  });

  it("are all taken back by a restore that names no zone", () => {
    const two = raise(raise(NO_CONDITIONS, "burglary", 1), "burglary", 2);
    expect(pointValue(clear(two, "burglary"), "burglary")).toBe(0);
  });

  it("without a zone are somewhere, which is zone 0", () => {
    const somewhere = raise(NO_CONDITIONS, "mainsLost");
    expect(pointValue(clear(somewhere, "mainsLost", 0), "mainsLost")).toBe(0);
  });

  it("show in their zone where they call for help", () => {
    const low = raise(NO_CONDITIONS, "batteryLow", 3);
    expect([pointValue(low, "batteryLow"), zoneValue(low, 3)]).toEqual([1, 0]);
    const both = raise(raise(low, "fire", 3), "water", 3);
    expect(zoneValue(both, 3)).toBe(1);
    expect(zoneValue(clear(both, "fire", 3), 3)).toBe(1);
    expect(zoneValue(clear(clear(both, "fire", 3), "water", 3), 3)).toBe(0);
  });

  it("of a call end by themselves, and others do not", () => {
    const both = raise(raise(NO_CONDITIONS, "emergency", 1, 0), "fire", 1, 0);
    expect(nextEndMs(both)).toBe(10);
    expect(expire(both, 9)).toBe(both);
    const after = expire(both, 10);
    expect([pointValue(after, "emergency"), pointValue(after, "fire")]).toEqual([0, 1]);
    expect(nextEndMs(after)).toBe(Number.POSITIVE_INFINITY);
    expect(nextEndMs(NO_CONDITIONS)).toBe(Number.POSITIVE_INFINITY);
  });

  it("keep a thousand zones a point; more are somewhere", () => {
    let many = NO_CONDITIONS;
    for (let zone = 1; zone <= 1_500; zone += 1) many = raise(many, "fire", zone);
    expect(many.get("fire")?.size).toBe(1_001);
    expect(zoneValue(many, 1_400)).toBe(0);
    expect(conditionRow(many, "fire")?.length ?? 0).toBeLessThan(16_384);
  });

  it("come back from their rows, calls anew, and with what has been learned since", () => {
    const before = raise(raise(NO_CONDITIONS, "emergency", 1), "mainsLost", 0);
    const rows = new Map(POINTS.map(({ id }) => [id, conditionRow(before, id) ?? undefined]));
    const restored = restoredConditions((kind) => rows.get(kind), at(100));
    expect([...restored.keys()]).toEqual(["emergency", "mainsLost"]);
    expect(nextEndMs(restored)).toBe(110);
    const merged = mergedConditions(restored, raise(NO_CONDITIONS, "fire", 2));
    expect([...merged.keys()]).toEqual(["emergency", "mainsLost", "fire"]);
    expect(conditionRow(NO_CONDITIONS, "fire")).toBeNull();
  });

  it.each(["", "nonsense", "{}", '["a", null, 1.5]', "3"])("say nothing by the row %j", (row) => {
    expect(restoredConditions(() => row, at(0)).size).toBe(0);
  });
});
