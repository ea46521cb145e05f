import assert from "node:assert/strict";

import type { Clock } from "@outpost/kernel/clock.ts";

import { shippedProfile } from "../profiles/profiles.ts";
import type { StationFault } from "./fault.ts";
import {
  beginStorm,
  endStorm,
  isolatePump,
  newPlant,
  pressButton,
  releaseOrders,
  resetTrips,
  step,
  supplyV,
  tripPump,
  type PlantInputs,
  type PlantState,
} from "./plant/hydraulics.ts";
import type { LevelSettings, PumpIndex } from "./plant/level-control.ts";
import { RegisterMap, type PointSource } from "./register-map.ts";
import type { DataModel, ReadAnswer, Table } from "./server/pdu.ts";
import { snapshotOf, type Siren, type StationSnapshot } from "./snapshot.ts";

/** The profile by which the station's registers are laid out. */
export const SIMULATED_PROFILE = "two-pump-station";
/** Without a change of the heartbeat register for so long the station takes the gateway for lost. Real time. */
export const HEARTBEAT_LOST_MS = 30_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** After the process stood still, as under a debugger, the plant catches up by no more than this. */
const MAX_CATCH_UP_MS = 60_000;

const DEFAULT_SETTINGS: LevelSettings = { startM: 2, stopM: 1, assistM: 2.8, highM: 3.5 };
const SETTING_POINTS: ReadonlyMap<string, keyof LevelSettings> = new Map([
  ["startLevel", "startM"],
  ["stopLevel", "stopM"],
  ["assistLevel", "assistM"],
  ["highLevel", "highM"],
]);

export interface StationOptions {
  readonly clock: Clock;
  /** How many times faster than real time the water moves. Heartbeat and siren stay in real time. */
  readonly speed: number;
  readonly refusesGaps: boolean;
}

/** A pump station: the plant, the controller's registers, and what people can do to both. */
export class Station implements DataModel, PointSource {
  readonly #options: StationOptions;
  readonly #map: RegisterMap;
  #plant: PlantState = newPlant();
  #inputs: PlantInputs = { settings: DEFAULT_SETTINGS, isMainsFailed: false, isLevelSensorBroken: false };
  #isLocal = false;
  #isDoorOpen = false;
  #advancedAtMs: number;
  #beatAtMs: number;
  #isGatewayLost = false;
  #siren: Siren = { isOn: false, writes: 0, changedAtMs: undefined };
  readonly #coils = new Map<string, number>();

  constructor(options: StationOptions) {
    const profile = shippedProfile(SIMULATED_PROFILE);
    assert(profile !== undefined, `${SIMULATED_PROFILE} is a shipped profile`);
    this.#options = options;
    this.#advancedAtMs = options.clock.monotonicMs();
    this.#beatAtMs = this.#advancedAtMs;
    this.#map = new RegisterMap(profile, this, {
      refusesGaps: options.refusesGaps,
      onHeartbeat: () => this.#hearGateway(),
    });
  }

  /** Lets the plant catch up with the clock. */
  advance(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const passedMs = Math.min(nowMs - this.#advancedAtMs, MAX_CATCH_UP_MS);
    this.#advancedAtMs = nowMs;
    this.#plant = step(this.#plant, this.#inputs, passedMs * this.#options.speed);
    if (!this.#isGatewayLost && nowMs - this.#beatAtMs >= HEARTBEAT_LOST_MS) {
      this.#isGatewayLost = true;
      this.#plant = releaseOrders(this.#plant);
    }
  }

  /** Rain begins. `minutes` are the plant's own. */
  beginStorm(minutes: number): void {
    this.advance();
    this.#plant = beginStorm(this.#plant, minutes * MINUTE_MS);
  }

  /** Rain ends. */
  endStorm(): void {
    this.advance();
    this.#plant = endStorm(this.#plant);
  }

  /** Something breaks or is put right. */
  apply(fault: StationFault): void {
    this.advance();
    switch (fault.kind) {
      case "pump-trip":
        this.#plant = tripPump(this.#plant, indexOf(fault.pump));
        return;
      case "pump-isolated":
        this.#plant = isolatePump(this.#plant, indexOf(fault.pump), fault.isActive);
        return;
      case "level-sensor":
        this.#inputs = { ...this.#inputs, isLevelSensorBroken: fault.isActive };
        return;
      case "mains":
        this.#inputs = { ...this.#inputs, isMainsFailed: fault.isActive };
        return;
      case "local":
        this.#isLocal = fault.isActive;
        if (fault.isActive) this.#plant = releaseOrders(this.#plant);
        return;
      case "door-open":
        this.#isDoorOpen = fault.isActive;
        return;
    }
  }

  /** The station at this moment, for people and tests. */
  snapshot(): StationSnapshot {
    this.advance();
    return snapshotOf(this.#plant, this.#inputs, {
      siren: this.#siren,
      isRemote: !this.#isLocal,
      isDoorOpen: this.#isDoorOpen,
      isGatewayLost: this.#isGatewayLost,
    });
  }

  read(table: Table, address: number, count: number): ReadAnswer {
    this.advance();
    return this.#map.read(table, address, count);
  }

  write(table: "coil" | "holding-register", address: number, words: readonly number[]): number | undefined {
    this.advance();
    return this.#map.write(table, address, words);
  }

  value(pointId: string): number | undefined {
    const pump = /^pump([12])\.([a-zA-Z]+)$/.exec(pointId);
    if (pump?.[1] !== undefined && pump[2] !== undefined && !this.#isCoil(pointId)) {
      return this.#pumpValue(pump[1] === "1" ? 0 : 1, pump[2]);
    }
    const setting = SETTING_POINTS.get(pointId);
    if (setting !== undefined) return this.#inputs.settings[setting];
    return this.#isCoil(pointId) ? (this.#coils.get(pointId) ?? 0) : this.#stationValue(pointId);
  }

  change(values: ReadonlyMap<string, number>): boolean {
    const settings = { ...this.#inputs.settings };
    for (const [pointId, value] of values) {
      const setting = SETTING_POINTS.get(pointId);
      if (setting !== undefined) settings[setting] = value;
    }
    if (settings.stopM >= settings.startM || settings.startM >= settings.assistM) return false;
    // On local the panel's own settings and buttons rule: the write is taken and changes nothing.
    if (!this.#isLocal) this.#inputs = { ...this.#inputs, settings };
    for (const [pointId, value] of values) if (this.#isCoil(pointId)) this.#setCoil(pointId, value);
    return true;
  }

  #isCoil(pointId: string): boolean {
    return pointId === "siren" || pointId === "alarmReset" || /^pump[12]\.(start|stop)$/.test(pointId);
  }

  #setCoil(pointId: string, value: number): void {
    const isPressed = value === 1 && this.#coils.get(pointId) !== 1;
    this.#coils.set(pointId, value);
    if (pointId === "siren") this.#sound(value === 1);
    else if (isPressed && !this.#isLocal) this.#press(pointId);
  }

  #sound(isOn: boolean): void {
    const changedAtMs = isOn === this.#siren.isOn ? this.#siren.changedAtMs : this.#options.clock.now().wallMs;
    this.#siren = { isOn, writes: this.#siren.writes + 1, changedAtMs };
  }

  #press(pointId: string): void {
    if (pointId === "alarmReset") {
      this.#plant = resetTrips(this.#plant);
      return;
    }
    const pump = pointId.startsWith("pump1") ? 0 : 1;
    this.#plant = pressButton(this.#plant, pump, pointId.endsWith(".start") ? "start" : "stop");
  }

  #hearGateway(): void {
    this.#beatAtMs = this.#options.clock.monotonicMs();
    this.#isGatewayLost = false;
  }

  #pumpValue(index: PumpIndex, name: string): number {
    const pump = this.#plant.pumps[index];
    const duty = this.#plant.duties[index];
    assert(duty !== undefined, "every pump has a duty");
    switch (name) {
      case "running":
        return Number(pump.isOn);
      case "fault":
        return Number(pump.isTripped);
      case "available":
        return Number(!pump.isTripped && !pump.isIsolated && !this.#inputs.isMainsFailed);
      case "current":
        return duty.currentA;
      case "power":
        return duty.powerKw;
      case "startsLastHour":
        return pump.startedAtMs.length;
      case "hours":
        return pump.runMs / HOUR_MS;
      case "starts":
        return pump.starts;
      default:
        return assert.fail(`the station has no pump value "${name}"`);
    }
  }

  #stationValue(pointId: string): number | undefined {
    const plant = this.#plant;
    switch (pointId) {
      case "level":
        return this.#inputs.isLevelSensorBroken ? undefined : plant.levelM;
      case "inflow":
        return plant.inflowLps;
      case "outflow":
        return plant.duties.reduce((sum, duty) => sum + duty.flowLps, 0);
      case "supplyVoltage":
        return supplyV(plant, this.#inputs);
      case "pumpedVolume":
        return plant.pumpedM3;
      case "mainsFail":
        return Number(this.#inputs.isMainsFailed);
      case "highLevelFloat":
        return Number(plant.isFloatUp);
      case "remoteMode":
        return Number(!this.#isLocal);
      case "overflow":
        return Number(plant.spillLps > 0);
      case "doorOpen":
        return Number(this.#isDoorOpen);
      case "gatewayLost":
        return Number(this.#isGatewayLost);
      default:
        return assert.fail(`the station has no value "${pointId}"`);
    }
  }
}

function indexOf(pump: 1 | 2): PumpIndex {
  return pump === 1 ? 0 : 1;
}
