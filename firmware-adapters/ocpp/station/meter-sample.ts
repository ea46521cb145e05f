import type { Clock } from "@outpost/kernel/clock.ts";

import { PHASES, type PerPhase, type Phase } from "../words.ts";

/** What a connector measured at one instant; absent where it did not say. Powers and energies are imported ones. */
export interface MeterSample {
  /** The station's own clock, Unix milliseconds. */
  readonly atMs: number;
  /** The energy register. */
  readonly energyWh?: number | undefined;
  readonly powerW?: number | undefined;
  readonly currentA?: Partial<PerPhase> | undefined;
  readonly voltageV?: Partial<PerPhase> | undefined;
  readonly socPercent?: number | undefined;
  readonly temperatureC?: number | undefined;
}

/** One sampled value in the words that both versions share. */
export interface SampledValue {
  readonly value: number;
  /** `Energy.Active.Import.Register` where absent. */
  readonly measurand: string | undefined;
  readonly phase: string | undefined;
  readonly unit: string | undefined;
  /** Power of ten the value is to be multiplied with (2.0.1). */
  readonly multiplier: number;
}

/** Joins the sampled values of one instant. What we have no use for is left out. */
export function meterSample(atMs: number, values: readonly SampledValue[]): MeterSample {
  const sums: Sums = {};
  for (const one of values) {
    const name = NAMES.get(one.measurand ?? DEFAULT_MEASURAND);
    if (name !== undefined && Number.isFinite(one.value)) sums[name] = summed(sums[name], one);
  }
  return {
    atMs,
    energyWh: total(sums.energy),
    powerW: total(sums.power),
    socPercent: total(sums.soc),
    temperatureC: total(sums.temperature),
    currentA: phases(sums.current),
    voltageV: phases(sums.voltage),
  };
}

const DEFAULT_MEASURAND = "Energy.Active.Import.Register";
const KILO = new Set(["kWh", "kW", "kvarh", "kvar", "kVA"]);

type Measured = "energy" | "power" | "soc" | "temperature" | "current" | "voltage";
const NAMES: ReadonlyMap<string, Measured> = new Map<string, Measured>([
  [DEFAULT_MEASURAND, "energy"],
  ["Power.Active.Import", "power"],
  ["SoC", "soc"],
  ["Temperature", "temperature"],
  ["Current.Import", "current"],
  ["Voltage", "voltage"],
]);

/** What was said of one measurand: of all phases together, and of each. */
interface Sum {
  whole: number | undefined;
  readonly perPhase: Partial<Record<Phase, number>>;
  /** Of all that was said of phases. */
  ofPhases: number | undefined;
}
type Sums = Partial<Record<Measured, Sum>>;

/** Meter values are nearly all that charge points ever say: each is looked at once. */
function summed(sum: Sum = { whole: undefined, perPhase: {}, ofPhases: undefined }, one: SampledValue): Sum {
  const value = scaled(one);
  if (one.phase === undefined) {
    sum.whole ??= value;
    return sum;
  }
  const phase = phaseOf(one.phase);
  if (phase === undefined) return sum;
  sum.perPhase[phase] = value;
  sum.ofPhases = (sum.ofPhases ?? 0) + value;
  return sum;
}

/** The value of all phases together: as told, or the sum where only the phases are. */
function total(sum: Sum | undefined): number | undefined {
  return sum?.whole ?? sum?.ofPhases;
}

function phases(sum: Sum | undefined): Partial<PerPhase> | undefined {
  if (sum?.ofPhases !== undefined) return sum.perPhase;
  // A station that measures one figure means each of its phases.
  const whole = sum?.whole;
  return whole === undefined ? undefined : { L1: whole, L2: whole, L3: whole };
}

function scaled({ value, unit, multiplier }: SampledValue): number {
  return value * 10 ** multiplier * (unit !== undefined && KILO.has(unit) ? 1_000 : 1);
}

/** `L1-N` is L1; a voltage between phases belongs to none. */
function phaseOf(phase: string): Phase | undefined {
  return PHASES.find((one) => phase === one || phase === `${one}-N`);
}

/** What is older was queued while the station was away: it is written down whole. */
const RECENT_MS = 300_000;

/** Whether a sample says how things are now. */
export function isRecent({ atMs }: MeterSample, clock: Clock): boolean {
  const { wallMs, confidence } = clock.now();
  return confidence === "doubtful" || Math.abs(wallMs - atMs) <= RECENT_MS;
}
