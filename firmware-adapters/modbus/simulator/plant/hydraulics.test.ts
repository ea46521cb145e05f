import { describe, expect, it } from "vitest";

import { seededRandom } from "../../../testing/random.ts";
import {
  beginStorm,
  endStorm,
  FLOAT_M,
  isolatePump,
  newPlant,
  OVERFLOW_M,
  pressButton,
  releaseOrders,
  resetTrips,
  step,
  supplyV,
  tripPump,
  WELL_AREA_M2,
  type PlantInputs,
  type PlantState,
} from "./hydraulics.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NORMAL: PlantInputs = {
  settings: { startM: 2, stopM: 1, assistM: 2.8, highM: 3.5 },
  isMainsFailed: false,
  isLevelSensorBroken: false,
};
const NO_MAINS: PlantInputs = { ...NORMAL, isMainsFailed: true };
const NO_SENSOR: PlantInputs = { ...NORMAL, isLevelSensorBroken: true };

const isOn = (plant: PlantState): boolean[] => plant.pumps.map((pump) => pump.isOn);

/** Steps until `isSo`, looking every second of the plant's time; fails after six hours of it. */
function until(plant: PlantState, inputs: PlantInputs, isSo: (plant: PlantState) => boolean): PlantState {
  let next = plant;
  for (let passedMs = 0; passedMs < 6 * HOUR_MS; passedMs += 1_000) {
    if (isSo(next)) return next;
    next = step(next, inputs, 1_000);
  }
  return expect.fail(`not so within six hours; the level is ${next.levelM} m`);
}

describe("the water", () => {
  it("is neither made nor lost: what came in was pumped, spilled, or is still there", () => {
    const random = seededRandom();
    const start = newPlant();
    let plant = start;
    for (let round = 0; round < 300; round += 1) {
      if (random.fraction() < 0.05) plant = beginStorm(plant, 60 * MINUTE_MS * random.fraction());
      if (random.fraction() < 0.05) plant = tripPump(plant, random.fraction() < 0.5 ? 0 : 1);
      if (random.fraction() < 0.1) plant = resetTrips(plant);
      const inputs = {
        ...NORMAL,
        isMainsFailed: random.fraction() < 0.2,
        isLevelSensorBroken: random.fraction() < 0.2,
      };
      plant = step(plant, inputs, 60_000 * random.fraction());
      const stored = (plant.levelM - start.levelM) * WELL_AREA_M2;
      expect(plant.inflowM3 - plant.pumpedM3 - plant.spilledM3, `OUTPOST_SEED=${random.seed}`).toBeCloseTo(stored, 6);
      expect(plant.levelM, `OUTPOST_SEED=${random.seed}`).toBeGreaterThanOrEqual(0);
      expect(plant.levelM, `OUTPOST_SEED=${random.seed}`).toBeLessThanOrEqual(OVERFLOW_M + 1e-9);
    }
    expect(plant.inflowM3).toBeGreaterThan(10);
  });

  it("moves the same whether time passes in one piece or in many", () => {
    const whole = step(beginStorm(newPlant(), 30), NORMAL, 10 * MINUTE_MS);
    let pieces = beginStorm(newPlant(), 30);
    for (let index = 0; index < 600; index += 1) pieces = step(pieces, NORMAL, 1_000);
    expect(pieces).toEqual(whole);
  });

  it("stands still while no time passes", () => {
    const plant = newPlant();
    expect(step(plant, NORMAL, 0)).toBe(plant);
  });

  it("spills over the sill in a storm with the mains gone, and the float is up before", () => {
    const flooded = until(beginStorm(newPlant(), 120 * MINUTE_MS), NO_MAINS, (plant) => plant.spillLps > 0);
    expect(flooded.levelM).toBeCloseTo(OVERFLOW_M, 9);
    expect(flooded.isFloatUp).toBe(true);
    const spilling = step(flooded, NO_MAINS, MINUTE_MS);
    expect(spilling.spillLps).toBeCloseTo(spilling.inflowLps, 0);
  });

  it("rises past the float within minutes of a storm although both pumps run", () => {
    const high = until(beginStorm(newPlant(), 30 * MINUTE_MS), NORMAL, (plant) => plant.isFloatUp);
    expect(high.nowMs - newPlant().nowMs).toBeLessThan(4 * MINUTE_MS);
    expect(isOn(high)).toEqual([true, true]);
  });

  it("falls back to the stop level after the storm is ended", () => {
    const high = until(beginStorm(newPlant(), 600 * MINUTE_MS), NORMAL, (plant) => plant.levelM > FLOAT_M);
    const drained = until(endStorm(high), NORMAL, (plant) => plant.levelM < 1.01);
    expect(drained.isFloatUp).toBe(false);
  });
});

describe("the pumps", () => {
  it("one starts at the start level, stops at the stop level, and the other is on duty next", () => {
    const first = until(newPlant(), NORMAL, (plant) => isOn(plant).includes(true));
    expect(isOn(first)).toEqual([true, false]);
    expect(first.levelM).toBeGreaterThanOrEqual(2);
    const rest = until(first, NORMAL, (plant) => !isOn(plant).includes(true));
    expect(rest.levelM).toBeCloseTo(1, 1);
    const second = until(rest, NORMAL, (plant) => isOn(plant).includes(true));
    expect(isOn(second)).toEqual([false, true]);
    expect(second.pumps.map((pump) => pump.starts)).toEqual([1, 1]);
    expect(second.pumps[0].runMs).toBeGreaterThan(MINUTE_MS);
  });

  it("the second assists, some seconds after the first, and adds less than the first moves alone", () => {
    const one = step(
      until(newPlant(2.5), NORMAL, (plant) => isOn(plant).includes(true)),
      NORMAL,
      4_000,
    );
    const alone = one.duties[0]?.flowLps ?? 0;
    expect(alone).toBeGreaterThan(35);
    const two = step({ ...one, levelM: 2.9 }, NORMAL, 10_000);
    expect(isOn(two)).toEqual([true, true]);
    const together = two.duties.reduce((sum, duty) => sum + duty.flowLps, 0);
    expect(together).toBeGreaterThan(alone);
    expect(together).toBeLessThan(1.8 * alone);
  });

  it("draw more while they start than while they run, and nothing at rest", () => {
    const starting = until(newPlant(2), NORMAL, (plant) => isOn(plant)[0] === true);
    const running = step(starting, NORMAL, 4_000);
    const amps = [starting, running].map((plant) => plant.duties[0]?.currentA ?? 0);
    expect(amps[0]).toBeGreaterThan((amps[1] ?? 0) * 1.2);
    expect(amps[1]).toBeGreaterThan(5);
    expect(running.duties[1]).toEqual({ flowLps: 0, powerKw: 0, currentA: 0 });
  });

  it("the standby takes over when the one on duty trips, and the tripped one stays off until it is reset", () => {
    const running = until(newPlant(), NORMAL, (plant) => isOn(plant)[0] === true);
    const tripped = step(tripPump(running, 0), NORMAL, 10_000);
    expect(isOn(tripped)).toEqual([false, true]);
    const held = step({ ...tripped, levelM: 3 }, NORMAL, MINUTE_MS);
    expect(isOn(held)[0]).toBe(false);
    expect(isOn(step(resetTrips({ ...tripped, levelM: 3 }), NORMAL, MINUTE_MS))).toEqual([true, true]);
  });

  it("neither runs without mains, nor one that is isolated", () => {
    expect(isOn(step(newPlant(3), NO_MAINS, MINUTE_MS))).toEqual([false, false]);
    expect(isOn(step(isolatePump(newPlant(3), 0, true), NORMAL, MINUTE_MS))).toEqual([false, true]);
  });

  it("run by the float alone while the level sensor is broken, and on for two minutes after it", () => {
    const blind = step(newPlant(3), NO_SENSOR, MINUTE_MS);
    expect(isOn(blind)).toEqual([false, false]);
    const floating = step(newPlant(FLOAT_M + 0.01), NO_SENSOR, 10_000);
    expect(isOn(floating)).toEqual([true, true]);
    const rest = until(floating, NO_SENSOR, (plant) => !isOn(plant).includes(true));
    expect(rest.nowMs - floating.nowMs).toBeGreaterThan(110_000);
    expect(rest.levelM).toBeGreaterThan(0.5);
  });

  it("count the starts of the last hour", () => {
    const plant = step(beginStorm(newPlant(), MINUTE_MS), NORMAL, 3 * HOUR_MS);
    for (const pump of plant.pumps) {
      expect(pump.starts).toBeGreaterThan(pump.startedAtMs.length);
      expect(pump.startedAtMs.every((atMs) => plant.nowMs - atMs < HOUR_MS)).toBe(true);
    }
  });
});

describe("a button pressed at a distance", () => {
  it("start runs a pump below the start level, down to the stop level", () => {
    const running = step(pressButton(newPlant(1.5), 1, "start"), NORMAL, 2_000);
    expect(isOn(running)).toEqual([false, true]);
    const rest = until(running, NORMAL, (plant) => !isOn(plant).includes(true));
    expect(rest.levelM).toBeCloseTo(1, 1);
    expect(rest.control.orders[1]).toEqual({ kind: "auto" });
  });

  it("start does nothing below the dry-run level", () => {
    expect(isOn(step(pressButton(newPlant(0.4), 0, "start"), NORMAL, 2_000))).toEqual([false, false]);
  });

  it("stop holds a pump off for five minutes, and the other takes over", () => {
    const running = until(newPlant(), NORMAL, (plant) => isOn(plant)[0] === true);
    const held = step(pressButton(running, 0, "stop"), NORMAL, 10_000);
    expect(isOn(held)).toEqual([false, true]);
    expect(isOn(step({ ...held, levelM: 3 }, NORMAL, MINUTE_MS))).toEqual([false, true]);
    const after = step({ ...held, levelM: 3 }, { ...NORMAL, settings: { ...NORMAL.settings, stopM: 0.6 } }, 300_000);
    expect(after.control.orders[0]).toEqual({ kind: "auto" });
  });

  it("stop does not hold against the float", () => {
    const held = pressButton(pressButton(newPlant(FLOAT_M + 0.2), 0, "stop"), 1, "stop");
    expect(isOn(step(held, NORMAL, 10_000))).toEqual([true, true]);
  });

  it("is forgotten when the orders are released", () => {
    const running = step(pressButton(newPlant(1.5), 0, "start"), NORMAL, 2_000);
    expect(isOn(step(releaseOrders(running), NORMAL, 2_000))).toEqual([false, false]);
  });
});

describe("the supply", () => {
  it("charges at 27.4 V and sinks on the battery within hours", () => {
    const plant = newPlant();
    expect(supplyV(plant, NORMAL)).toBe(27.4);
    const later = step(plant, NO_MAINS, 4 * HOUR_MS);
    expect(supplyV(later, NO_MAINS)).toBeCloseTo(23.8, 1);
    expect(step(later, NORMAL, 4 * HOUR_MS).batteryCharge).toBe(1);
  });
});
