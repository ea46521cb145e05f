import type { Clock } from "@outpost/kernel/clock.ts";

import { PHASES, type PerPhase, type Phase } from "../words.ts";

/** What a connector measured at one instant; absent where it did not say. Powers and energies are imported ones. */
export interface MeterSample {
  /** The station's own clock, Unix milliseconds. */
  readonly atMs: number;
  /** The energy register. */
  readonly energyWh?: number;
  readonly powerW?: number;
  readonly currentA?: Partial<PerPhase>;
  readonly voltageV?: Partial<PerPhase>;
  readonly socPercent?: number;
  readonly temperatureC?: number;
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
  const energyWh = total(values, "Energy.Active.Import.Register");
  const powerW = total(values, "Power.Active.Import");
  const socPercent = total(values, "SoC");
  const temperatureC = total(values, "Temperature");
  const currentA = phases(values, "Current.Import");
  const voltageV = phases(values, "Voltage");
  return {
    atMs,
    ...(energyWh === undefined ? {} : { energyWh }),
    ...(powerW === undefined ? {} : { powerW }),
    ...(socPercent === undefined ? {} : { socPercent }),
    ...(temperatureC === undefined ? {} : { temperatureC }),
    ...(currentA === undefined ? {} : { currentA }),
    ...(voltageV === undefined ? {} : { voltageV }),
  };
}

const DEFAULT_MEASURAND = "Energy.Active.Import.Register";
const KILO = new Set(["kWh", "kW", "kvarh", "kvar", "kVA"]);

function of(values: readonly SampledValue[], measurand: string): readonly SampledValue[] {
  return values.filter((one) => (one.measurand ?? DEFAULT_MEASURAND) === measurand && Number.isFinite(one.value));
}

/** The value of all phases together: as told, or the sum where only the phases are. */
function total(values: readonly SampledValue[], measurand: string): number | undefined {
  const found = of(values, measurand);
  const whole = found.find(({ phase }) => phase === undefined);
  if (whole !== undefined) return scaled(whole);
  const parts = found.filter(({ phase }) => phaseOf(phase) !== undefined);
  return parts.length === 0 ? undefined : parts.reduce((sum, one) => sum + scaled(one), 0);
}

function phases(values: readonly SampledValue[], measurand: string): Partial<PerPhase> | undefined {
  const found = of(values, measurand);
  const parts = found.flatMap((one) => {
    const phase = phaseOf(one.phase);
    return phase === undefined ? [] : [[phase, scaled(one)] as const];
  });
  if (parts.length > 0) return Object.fromEntries(parts);
  // A station that measures one figure means each of its phases.
  const whole = found.find(({ phase }) => phase === undefined);
  return whole === undefined ? undefined : { L1: scaled(whole), L2: scaled(whole), L3: scaled(whole) };
}

function scaled({ value, unit, multiplier }: SampledValue): number {
  return value * 10 ** multiplier * (unit !== undefined && KILO.has(unit) ? 1_000 : 1);
}

/** `L1-N` is L1; a voltage between phases belongs to none. */
function phaseOf(phase: string | undefined): Phase | undefined {
  const name = /^(L[123])(?:-N)?$/.exec(phase ?? "")?.[1];
  return PHASES.find((one) => one === name);
}

/** What is older was queued while the station was away: it is written down whole. */
const RECENT_MS = 300_000;

/** Whether a sample says how things are now. */
export function isRecent({ atMs }: MeterSample, clock: Clock): boolean {
  const { wallMs, confidence } = clock.now();
  return confidence === "doubtful" || Math.abs(wallMs - atMs) <= RECENT_MS;
}
