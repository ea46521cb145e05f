/** ISA-18.2: more than ten alarms in ten minutes are more than one person can answer. */
export const FLOOD_WINDOW_MS = 600_000;
export const FLOOD_ABOVE = 10;
/** Raises remembered of one source; more than that in ten minutes is a flood in any case. */
const MAX_REMEMBERED = 1_000;

/** When alarms were raised, by what they are about: monotonic, ascending. */
export type RaisedAt = ReadonlyMap<string, readonly number[]>;

/** How fast alarms come. */
export interface AlarmRate {
  /** Raised in the last ten minutes. */
  readonly raised: number;
  /** The devices and groups of which more come than a person can answer. */
  readonly floods: readonly string[];
}

/** Takes note of one more alarm about `source`. Pure. */
export function noteRaise(raisedAt: RaisedAt, source: string, nowMs: number): RaisedAt {
  const recent = [...recentOf(raisedAt.get(source) ?? [], nowMs), nowMs].slice(-MAX_REMEMBERED);
  const kept = [...raisedAt].filter(([other, times]) => other !== source && recentOf(times, nowMs).length > 0);
  return new Map([...kept, [source, recent]]);
}

/** Whether more alarms about `source` came in the last ten minutes than a person can answer. */
export function isFlooded(raisedAt: RaisedAt, source: string, nowMs: number): boolean {
  return recentOf(raisedAt.get(source) ?? [], nowMs).length > FLOOD_ABOVE;
}

export function alarmRate(raisedAt: RaisedAt, nowMs: number): AlarmRate {
  const counts = [...raisedAt].map(([source, times]) => [source, recentOf(times, nowMs).length] as const);
  return {
    raised: counts.reduce((sum, [, count]) => sum + count, 0),
    floods: counts.filter(([, count]) => count > FLOOD_ABOVE).map(([source]) => source),
  };
}

function recentOf(times: readonly number[], nowMs: number): readonly number[] {
  return times.filter((atMs) => atMs > nowMs - FLOOD_WINDOW_MS);
}
