import type { StationCall } from "../../words.ts";
import type { OwnPhases } from "../charger/outlet.ts";

/** Why a transaction ended, in the words of 1.6. */
export type StopReason =
  | "DeAuthorized"
  | "EVDisconnected"
  | "HardReset"
  | "Local"
  | "Other"
  | "PowerLoss"
  | "Remote"
  | "SoftReset"
  | "UnlockCommand";

/** One transaction of the simulated station. Instants are the station's own clock. */
export interface Transaction {
  /** The station's own: 2.0.1 tells it, 1.6 does not. */
  readonly id: string;
  /** 1.6: what the central side answered, or the station's own where it never did. */
  number: number | undefined;
  readonly connectorId: number;
  readonly idTag: string;
  readonly startedAtMs: number;
  readonly meterStartWh: number;
  readonly remoteStartId?: number | undefined;
  readonly reservationId?: number | undefined;
  /** The central side does not let this tag charge: nothing flows any more. */
  isDeauthorised: boolean;
  /** 2.0.1: of its next event. */
  seqNo: number;
}

/** What a connector measured at one instant. */
export interface Sample {
  readonly atMs: number;
  readonly energyWh: number;
  readonly powerW: number;
  readonly currentA: OwnPhases;
  readonly phases: 1 | 3;
  readonly socPercent: number | undefined;
}

/** One figure of a sample, in the words that both versions share. */
export interface Figure {
  readonly measurand: string;
  readonly value: number;
  readonly unit: string;
  readonly phase?: "L1" | "L2" | "L3";
}

/** A message about a transaction. `make` gives the same each time. */
export interface TransactionWords {
  make(): StationCall;
}

const PHASE_NAMES = ["L1", "L2", "L3"] as const;
const VOLTS = 230;
const CABINET_C = 31;

/** The figures of a sample that somebody wants to have, in the order of their measurands. */
export function figuresOf(sample: Sample, measurands: readonly string[]): readonly Figure[] {
  const perPhase = (measurand: string, unit: string, of: (index: 0 | 1 | 2) => number): Figure[] =>
    ([0, 1, 2] as const)
      .slice(0, sample.phases)
      .map((index) => ({ measurand, unit, phase: PHASE_NAMES[index], value: of(index) }));
  const known: Readonly<Record<string, () => readonly Figure[]>> = {
    "Energy.Active.Import.Register": () => [
      { measurand: "Energy.Active.Import.Register", value: Math.round(sample.energyWh), unit: "Wh" },
    ],
    "Power.Active.Import": () => [{ measurand: "Power.Active.Import", value: Math.round(sample.powerW), unit: "W" }],
    "Current.Import": () => perPhase("Current.Import", "A", (index) => tenths(sample.currentA[index])),
    Voltage: () => perPhase("Voltage", "V", () => VOLTS),
    SoC: () =>
      sample.socPercent === undefined ? [] : [{ measurand: "SoC", value: sample.socPercent, unit: "Percent" }],
    Temperature: () => [{ measurand: "Temperature", value: CABINET_C, unit: "Celsius" }],
  };
  const wanted = measurands.flatMap((one) => known[one]?.() ?? []);
  return wanted.length > 0 ? wanted : (known["Energy.Active.Import.Register"]?.() ?? []);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
