import type { ChargingDetail, ChargingTransaction } from "../../../../api/charging-schemas.ts";
import type { Language } from "../../i18n/language.ts";
import { LOCALES } from "../../i18n/language.ts";

/** Watt-hours as kilowatt-hours with two decimals, as meters show them. */
export function kilowattHours(wh: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    wh / 1_000,
  );
}

/** A length of time in hours and minutes: 1:05. */
export function hoursAndMinutes(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** How long it has lasted, so far where it is charging; undefined where begin or end is not known. */
export function durationOf(
  { startedAtMs, stoppedAtMs, status }: ChargingTransaction,
  nowMs: number,
): number | undefined {
  const endMs = stoppedAtMs ?? (status === "charging" ? nowMs : null);
  return startedAtMs === null || endMs === null ? undefined : Math.max(0, endMs - startedAtMs);
}

/** One step of a course: instants in Unix milliseconds; null breaks the line. */
export interface CourseStep {
  readonly atMs: number;
  readonly powerKw: number | null;
  readonly energyKwh: number | null;
}

/** The course as two lines, broken where it was silent for long; begin and end of the meter belong to it. */
export function courseOf(detail: ChargingDetail): readonly CourseStep[] {
  const { samples, holes, meterStartWh, meterStopWh, startedAtMs, stoppedAtMs } = detail;
  const base = meterStartWh ?? samples.find(({ meterWh }) => meterWh !== null)?.meterWh ?? 0;
  const since = (wh: number | null): number | null => (wh === null ? null : (wh - base) / 1_000);
  const steps: CourseStep[] = samples.map(({ atMs, powerW, meterWh }) => ({
    atMs,
    powerKw: powerW === null ? null : powerW / 1_000,
    energyKwh: since(meterWh),
  }));
  const breaks = holes.map(({ fromMs }) => ({ atMs: fromMs + 1, powerKw: null, energyKwh: null }));
  const begin =
    startedAtMs === null || meterStartWh === null ? [] : [{ atMs: startedAtMs, powerKw: null, energyKwh: 0 }];
  const end =
    stoppedAtMs === null || meterStopWh === null
      ? []
      : [{ atMs: stoppedAtMs, powerKw: null, energyKwh: since(meterStopWh) }];
  return [...begin, ...steps, ...breaks, ...end].toSorted((a, b) => a.atMs - b.atMs);
}
