import { describe, expect, it } from "vitest";

import { Outlet } from "./outlet.ts";

function plugged(
  change: { readonly lagMs?: number; readonly phases?: 1 | 3; readonly carPhases?: 1 | 3 } = {},
): Outlet {
  const outlet = new Outlet({ phases: change.phases ?? 3, lagMs: change.lagMs ?? 0, energyWh: 100 });
  outlet.car = { wantsA: 20, phases: change.carPhases ?? 3, batteryWh: 10_000, chargedWh: 0 };
  return outlet;
}

describe("an outlet", () => {
  it("lets the car draw what it wants, as far as the limit goes, and pauses below 6 A", () => {
    const outlet = plugged();
    for (const [limitA, drawsA] of [
      [32, 20],
      [16, 16],
      [6, 6],
      [5.9, 0],
      [0, 0],
    ] as const) {
      outlet.step(0, limitA);
      expect(outlet.drawsA).toBe(drawsA);
    }
  });

  it("follows each limit as late as the car does, neither earlier nor later", () => {
    const outlet = plugged({ lagMs: 1_000 });
    outlet.step(0, 16);
    expect(outlet.drawsA).toBe(0);
    outlet.step(1_000, 16);
    expect(outlet.drawsA).toBe(16);
    outlet.step(1_200, 10);
    outlet.step(1_800, 8);
    expect(outlet.drawsA).toBe(16);
    outlet.step(2_200, 8);
    expect(outlet.drawsA).toBe(10);
    outlet.step(2_800, 8);
    expect(outlet.drawsA).toBe(8);
  });

  it("is without current the moment its contactor opens", () => {
    const outlet = plugged({ lagMs: 1_000 });
    outlet.step(0, 16);
    outlet.step(1_000, 16);
    outlet.step(1_001, undefined);
    expect(outlet.currentA).toEqual([0, 0, 0]);
    outlet.step(1_002, 16);
    expect(outlet.drawsA).toBe(0);
  });

  it("meters what flows on the phases that car and outlet both have", () => {
    const three = plugged();
    three.step(0, 10);
    three.step(3_600_000, 10);
    expect(three.energyWh).toBeCloseTo(100 + 6_900);
    const one = plugged({ carPhases: 1 });
    one.step(0, 10);
    expect(one.currentA).toEqual([10, 0, 0]);
    expect(one.powerW).toBe(2_300);
  });

  it("stops when the battery is full", () => {
    const outlet = plugged();
    outlet.step(0, 20);
    outlet.step(3_600_000, 20);
    expect(outlet.isFull).toBe(true);
    expect(outlet.drawsA).toBe(0);
    expect(outlet.socPercent).toBe(100);
  });
});
