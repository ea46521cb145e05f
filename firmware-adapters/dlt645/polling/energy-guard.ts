/** A reading of an energy counter. `atMs`: monotonic; undefined for one remembered from before a restart. */
export interface EnergyMark {
  readonly kwh: number;
  readonly atMs: number | undefined;
}

/** What is known of one energy counter: its last trusted reading, and readings that do not follow it. */
export type EnergyState =
  | { readonly kind: "unknown" }
  | { readonly kind: "trusted"; readonly mark: EnergyMark }
  | {
      readonly kind: "doubted";
      readonly mark: EnergyMark;
      /** The last reading that does not follow the mark, and how many follow each other so. */
      readonly other: EnergyMark;
      readonly count: number;
    };

export type EnergyVerdict =
  | { readonly kind: "good" }
  | { readonly kind: "doubted"; readonly detail: string }
  /** Too many agree with each other for an error: another meter hangs there now. */
  | { readonly kind: "replaced"; readonly before: number };

/** Meters with several registers round each by itself: half a digit more than the last digit they show. */
const ROUNDING_KWH = 0.015;
/** No connection of a site carries more; a reading that rises faster was garbled on its way. */
const MAX_POWER_KW = 1_000;
/** A rise of this much is believed however short the time. */
const FREE_RISE_KWH = 1;
const READINGS_TO_BELIEVE = 3;
const MS_PER_HOUR = 3_600_000;

/**
 * Judges one reading of an energy counter. Energy never goes backwards and never leaps; a reading that does so is
 * believed only when it comes three times, each following the one before.
 *
 * @param nowMs  monotonic.
 */
export function judgeEnergy(state: EnergyState, kwh: number, nowMs: number): readonly [EnergyState, EnergyVerdict] {
  const here: EnergyMark = { kwh, atMs: nowMs };
  if (state.kind === "unknown") return [{ kind: "trusted", mark: here }, { kind: "good" }];
  const { mark } = state;
  if (follows(mark, here)) {
    // The highest stays the mark, or a counter could creep backwards in steps of its rounding.
    return [{ kind: "trusted", mark: { kwh: Math.max(kwh, mark.kwh), atMs: nowMs } }, { kind: "good" }];
  }
  const count = state.kind === "doubted" && follows(state.other, here) ? state.count + 1 : 1;
  if (count >= READINGS_TO_BELIEVE) {
    return [
      { kind: "trusted", mark: here },
      { kind: "replaced", before: mark.kwh },
    ];
  }
  const detail = `${kwh} kWh does not follow ${mark.kwh} kWh; believed when it stays`;
  return [
    { kind: "doubted", mark, other: here, count },
    { kind: "doubted", detail },
  ];
}

function follows(before: EnergyMark, { kwh, atMs }: EnergyMark): boolean {
  if (kwh < before.kwh - ROUNDING_KWH) return false;
  if (before.atMs === undefined || atMs === undefined) return true;
  return kwh <= before.kwh + FREE_RISE_KWH + (MAX_POWER_KW * (atMs - before.atMs)) / MS_PER_HOUR;
}
