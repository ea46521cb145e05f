import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { judgeEnergy, type EnergyState, type EnergyVerdict } from "./energy-guard.ts";

const MINUTE_MS = 60_000;

/** What becomes of readings that come a minute apart. */
function judged(
  readings: readonly number[],
  start: EnergyState = { kind: "unknown" },
): readonly EnergyVerdict["kind"][] {
  let state = start;
  return readings.map((kwh, index) => {
    const [next, verdict] = judgeEnergy(state, kwh, index * MINUTE_MS);
    state = next;
    return verdict.kind;
  });
}

const [G, D, R] = ["good", "doubted", "replaced"] as const;

describe("an energy counter", () => {
  it.each<[string, readonly number[], readonly EnergyVerdict["kind"][]]>([
    ["is believed at first", [1_234.5], [G]],
    ["is believed while it stands or rises", [100, 100, 100.01, 101], [G, G, G, G]],
    ["may fall by a rounding", [100, 99.99, 100], [G, G, G]],
    ["may not creep backwards by roundings", [100, 99.99, 99.98, 99.97], [G, G, D, D]],
    ["is doubted when it falls, and believed again when it is back", [100, 40, 100.1], [G, D, G]],
    ["belongs to another meter when it stays fallen", [100, 3, 3, 3.01, 3.02], [G, D, D, R, G]],
    ["is doubted as long as it falls on", [100, 30, 20, 10, 9], [G, D, D, D, D]],
    ["counts from anew when the doubted ones disagree", [100, 30, 60, 60, 60], [G, D, D, D, R]],
    ["is doubted when it leaps", [100, 5_100, 100.2], [G, D, G]],
    ["belongs to another meter when it stays up", [100, 5_100, 5_100.1, 5_100.2, 5_101], [G, D, D, R, G]],
    ["may rise by what a site can draw in the time", [100, 117, 133], [G, G, G]],
    ["is not believed in threes that a good one parts", [100, 3, 3, 100, 3, 3], [G, D, D, G, D, D]],
  ])("%s: %j", (_, readings, expected) => {
    expect(judged(readings)).toEqual(expected);
  });

  it("remembered from before a restart may have risen by anything, and not fallen", () => {
    const start: EnergyState = { kind: "trusted", mark: { kwh: 100, atMs: undefined } };
    expect(judged([90_000, 90_000.1], start)).toEqual([G, G]);
    expect(judged([2, 2, 2, 2], start)).toEqual([D, D, R, G]);
  });

  it("is never believed below its highest good reading without being called another meter's", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 30 }), (readings) => {
        let state: EnergyState = { kind: "unknown" };
        let highest = 0;
        readings.forEach((kwh, index) => {
          const [next, verdict] = judgeEnergy(state, kwh, index * MINUTE_MS);
          state = next;
          if (verdict.kind === "replaced") highest = kwh;
          if (verdict.kind !== "good") return;
          expect(kwh).toBeGreaterThanOrEqual(highest - 0.015);
          highest = Math.max(highest, kwh);
        });
      }),
      { numRuns: 10_000 },
    );
  });
});
