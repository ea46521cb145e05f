import type { PlantInputs, PlantState } from "./plant/hydraulics.ts";

/** The siren's coil as the gateway wrote it. `changedAtMs` is Unix time of the last on or off. */
export interface Siren {
  readonly isOn: boolean;
  readonly writes: number;
  readonly changedAtMs: number | undefined;
}

/** What the panel shows beside the plant. */
export interface Panel {
  readonly siren: Siren;
  readonly isRemote: boolean;
  readonly isDoorOpen: boolean;
  readonly isGatewayLost: boolean;
}

/** The station as `GET /state` tells it. The plant's time runs from a midnight of its own, at its own speed. */
export interface StationSnapshot extends Panel {
  readonly plantTimeMs: number;
  readonly levelM: number;
  readonly isFloatUp: boolean;
  readonly isOverflowing: boolean;
  readonly inflowLps: number;
  readonly outflowLps: number;
  readonly pumpedM3: number;
  readonly spilledM3: number;
  readonly stormLeftMs: number;
  readonly isMainsFailed: boolean;
  readonly isLevelSensorBroken: boolean;
  readonly settings: PlantInputs["settings"];
  readonly pumps: readonly {
    readonly isRunning: boolean;
    readonly isTripped: boolean;
    readonly isIsolated: boolean;
    readonly currentA: number;
    readonly starts: number;
    readonly order: "auto" | "run" | "hold";
  }[];
}

/** Tells plant and panel in one flat piece. */
export function snapshotOf(plant: PlantState, inputs: PlantInputs, panel: Panel): StationSnapshot {
  const { nowMs, storm, control } = plant;
  return {
    ...panel,
    plantTimeMs: nowMs,
    levelM: plant.levelM,
    isFloatUp: plant.isFloatUp,
    isOverflowing: plant.spillLps > 0,
    inflowLps: plant.inflowLps,
    outflowLps: plant.duties.reduce((sum, duty) => sum + duty.flowLps, 0),
    pumpedM3: plant.pumpedM3,
    spilledM3: plant.spilledM3,
    stormLeftMs: storm === undefined ? 0 : Math.max(0, storm.startedAtMs + storm.lengthMs - nowMs),
    isMainsFailed: inputs.isMainsFailed,
    isLevelSensorBroken: inputs.isLevelSensorBroken,
    settings: inputs.settings,
    pumps: ([0, 1] as const).map((index) => ({
      isRunning: plant.pumps[index].isOn,
      isTripped: plant.pumps[index].isTripped,
      isIsolated: plant.pumps[index].isIsolated,
      currentA: plant.duties[index]?.currentA ?? 0,
      starts: plant.pumps[index].starts,
      order: control.orders[index].kind,
    })),
  };
}
