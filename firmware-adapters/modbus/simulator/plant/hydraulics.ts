import assert from "node:assert/strict";

import { dryWeatherInflowLps, stormInflowLps, type Storm } from "./inflow.ts";
import {
  controlPumps,
  RESTING,
  withOrder,
  withoutOrders,
  type ControlState,
  type LevelSettings,
  type PumpIndex,
} from "./level-control.ts";
import { pumpDuties, type PumpDuty } from "./pumping.ts";

/** A round wet well of 3 m. */
export const WELL_AREA_M2 = Math.PI * 1.5 ** 2;
/** The sill over which water leaves for the river. */
export const OVERFLOW_M = 5;
/** The float that works without any electronics. */
export const FLOAT_M = 4.2;

const FLOAT_HYSTERESIS_M = 0.1;
const MAX_SUBSTEP_MS = 250;
const RAMP_MS = 3_000;
/** The sewer's own storage evens the inflow out. */
const SEWER_LAG_MS = 20_000;
const HOUR_MS = 3_600_000;
/** A stopped pump stays off for so long, then level control takes over again. */
const HOLD_MS = 300_000;
const BATTERY_LASTS_MS = 8 * HOUR_MS;
const BATTERY_CHARGES_MS = 4 * HOUR_MS;

export interface PumpState {
  /** The contactor is closed. */
  readonly isOn: boolean;
  /** Speed, 0 to 1. */
  readonly ramp: number;
  readonly isTripped: boolean;
  readonly isIsolated: boolean;
  readonly runMs: number;
  readonly starts: number;
  /** Starts of the last hour, on the plant's own time. */
  readonly startedAtMs: readonly number[];
}

/** The whole plant at one moment of its own time. Volumes are totals since it was built. */
export interface PlantState {
  readonly nowMs: number;
  readonly levelM: number;
  readonly isFloatUp: boolean;
  readonly inflowLps: number;
  readonly spillLps: number;
  readonly duties: readonly PumpDuty[];
  readonly inflowM3: number;
  readonly pumpedM3: number;
  readonly spilledM3: number;
  readonly pumps: readonly [PumpState, PumpState];
  readonly control: ControlState;
  readonly storm: Storm | undefined;
  /** 0 to 1. */
  readonly batteryCharge: number;
}

/** What is set or broken from outside. */
export interface PlantInputs {
  readonly settings: LevelSettings;
  readonly isMainsFailed: boolean;
  readonly isLevelSensorBroken: boolean;
}

const NEW_PUMP: PumpState = {
  isOn: false,
  ramp: 0,
  isTripped: false,
  isIsolated: false,
  runMs: 0,
  starts: 0,
  startedAtMs: [],
};

/** A dry morning at eight o'clock, pumps at rest. */
export function newPlant(levelM = 1.5): PlantState {
  const nowMs = 8 * HOUR_MS;
  return {
    nowMs,
    levelM,
    isFloatUp: false,
    inflowLps: dryWeatherInflowLps(nowMs),
    spillLps: 0,
    duties: pumpDuties(levelM, [0, 0]),
    inflowM3: 0,
    pumpedM3: 0,
    spilledM3: 0,
    pumps: [NEW_PUMP, NEW_PUMP],
    control: { ...RESTING, lastStartAtMs: 0 },
    storm: undefined,
    batteryCharge: 1,
  };
}

/** Lets the plant's own time pass. `dtMs` is finite and not negative; it is cut into steps of at most 250 ms. */
export function step(state: PlantState, inputs: PlantInputs, dtMs: number): PlantState {
  assert(Number.isFinite(dtMs) && dtMs >= 0, "time passes forwards");
  let next = state;
  for (let leftMs = dtMs; leftMs > 0; leftMs -= MAX_SUBSTEP_MS) {
    next = substep(next, inputs, Math.min(leftMs, MAX_SUBSTEP_MS));
  }
  return next;
}

/** A button pressed at a distance: `start` runs the pump down to the stop level, `stop` holds it off for five minutes. */
export function pressButton(state: PlantState, pump: PumpIndex, button: "start" | "stop"): PlantState {
  const order = button === "start" ? ({ kind: "run" } as const) : holdFrom(state.nowMs);
  return { ...state, control: withOrder(state.control, pump, order) };
}

/** Back to the station's own level control: the selector was turned to local, or the gateway is gone. */
export function releaseOrders(state: PlantState): PlantState {
  return { ...state, control: withoutOrders(state.control) };
}

/** The motor protection of one pump trips, and stays so until it is reset. */
export function tripPump(state: PlantState, pump: PumpIndex): PlantState {
  return withPump(state, pump, { isTripped: true });
}

/** One pump is taken out for repair, or put back. */
export function isolatePump(state: PlantState, pump: PumpIndex, isIsolated: boolean): PlantState {
  return withPump(state, pump, { isIsolated });
}

/** Resets both motor protections. */
export function resetTrips(state: PlantState): PlantState {
  return withPump(withPump(state, 0, { isTripped: false }), 1, { isTripped: false });
}

/** Begins a storm now, in place of any other. */
export function beginStorm(state: PlantState, lengthMs: number): PlantState {
  return { ...state, storm: { startedAtMs: state.nowMs, lengthMs } };
}

/** Ends the storm now; the sewer runs out within a minute. */
export function endStorm(state: PlantState): PlantState {
  return { ...state, storm: undefined };
}

/** Volts of the controller's own supply: charging, or what the battery still has. */
export function supplyV(state: PlantState, inputs: PlantInputs): number {
  return inputs.isMainsFailed ? 22 + 3.6 * state.batteryCharge : 27.4;
}

function substep(state: PlantState, inputs: PlantInputs, dtMs: number): PlantState {
  const nowMs = state.nowMs + dtMs;
  const { isFloatUp } = state;
  const canRun = [canPumpRun(state.pumps[0], inputs), canPumpRun(state.pumps[1], inputs)] as const;
  const [control, isOn] = controlPumps(state.control, {
    nowMs,
    levelM: inputs.isLevelSensorBroken ? undefined : state.levelM,
    isFloatUp,
    canRun,
    isOn: [state.pumps[0].isOn, state.pumps[1].isOn],
    settings: inputs.settings,
  });
  const pumps = [turn(state.pumps[0], isOn[0], nowMs, dtMs), turn(state.pumps[1], isOn[1], nowMs, dtMs)] as const;
  const duties = pumpDuties(
    state.levelM,
    pumps.map((pump) => pump.ramp),
  );
  const storm =
    state.storm !== undefined && nowMs < state.storm.startedAtMs + state.storm.lengthMs ? state.storm : undefined;
  const chargeStep = inputs.isMainsFailed ? -dtMs / BATTERY_LASTS_MS : dtMs / BATTERY_CHARGES_MS;
  return {
    ...moveWater({ ...state, nowMs, storm }, duties, dtMs),
    pumps,
    control,
    batteryCharge: Math.min(1, Math.max(0, state.batteryCharge + chargeStep)),
  };
}

function moveWater(state: PlantState, duties: readonly PumpDuty[], dtMs: number): PlantState {
  const fallingLps = dryWeatherInflowLps(state.nowMs) + (state.storm ? stormInflowLps(state.storm, state.nowMs) : 0);
  const inflowLps = state.inflowLps + (fallingLps - state.inflowLps) * Math.min(1, dtMs / SEWER_LAG_MS);
  const inM3 = (inflowLps * dtMs) / 1e6;
  const heldM3 = state.levelM * WELL_AREA_M2 + inM3;
  const askedM3 = (duties.reduce((sum, duty) => sum + duty.flowLps, 0) * dtMs) / 1e6;
  const outM3 = Math.min(heldM3, askedM3);
  const spillM3 = Math.max(0, heldM3 - outM3 - OVERFLOW_M * WELL_AREA_M2);
  const levelM = (heldM3 - outM3 - spillM3) / WELL_AREA_M2;
  return {
    ...state,
    levelM,
    isFloatUp: levelM >= (state.isFloatUp ? FLOAT_M - FLOAT_HYSTERESIS_M : FLOAT_M),
    inflowLps,
    spillLps: (spillM3 * 1e6) / dtMs,
    duties,
    inflowM3: state.inflowM3 + inM3,
    pumpedM3: state.pumpedM3 + outM3,
    spilledM3: state.spilledM3 + spillM3,
  };
}

function turn(pump: PumpState, isOn: boolean, nowMs: number, dtMs: number): PumpState {
  const hasStarted = isOn && !pump.isOn;
  const recent = pump.startedAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
  return {
    ...pump,
    isOn,
    // The check valve shuts as soon as the contactor opens; only starting is soft.
    ramp: isOn ? Math.min(1, pump.ramp + dtMs / RAMP_MS) : 0,
    runMs: pump.runMs + (isOn ? dtMs : 0),
    starts: pump.starts + (hasStarted ? 1 : 0),
    startedAtMs: hasStarted ? [...recent, nowMs] : recent,
  };
}

function canPumpRun(pump: PumpState, inputs: PlantInputs): boolean {
  return !pump.isTripped && !pump.isIsolated && !inputs.isMainsFailed;
}

function withPump(state: PlantState, pump: PumpIndex, change: Partial<PumpState>): PlantState {
  const changed = { ...state.pumps[pump], ...change };
  return { ...state, pumps: pump === 0 ? [changed, state.pumps[1]] : [state.pumps[0], changed] };
}

function holdFrom(nowMs: number): { readonly kind: "hold"; readonly untilMs: number } {
  return { kind: "hold", untilMs: nowMs + HOLD_MS };
}
