/** What was true at a device at one moment, by point. Unix milliseconds. */
export interface Sample {
  readonly atMs: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A good reading that the fleet holds, and when the gateway says that it was. */
export interface Reading {
  readonly pointId: string;
  readonly value: number;
  readonly atMs: number;
}

/** A stretch of time. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `unwitnessed`: nobody looked at the device about that time, or never at that point. */
export type Verdict = "right" | "wrong" | "unwitnessed";

export interface WitnessTerms {
  /** How old a value may be when it is read: the longest that the gateway waits for an answer. */
  readonly maxAgeMs: number;
  /** How far a reading may be from the truth. */
  readonly tolerance: number;
  /** While these lasted the gateway stood still, so that what it read at their end may be as old as they are long. */
  readonly stalls: readonly Span[];
}

/** Clocks of two processes of one machine, and the time between a look and its note. */
const SLACK_MS = 300;
/** Looks farther apart than this saw too little of what went on between them. */
const MAX_GAP_MS = 3_000;
/** After a stall, what had come meanwhile is taken within this time. */
const AFTER_STALL_MS = 3_000;

/**
 * Whether a reading lies within what was true about its time: between the least and the greatest of what was seen from
 * `maxAgeMs` before it to it, with one look more at either end.
 *
 * @param samples  in the order of their time.
 */
export function judgeReading(samples: readonly Sample[], reading: Reading, terms: WitnessTerms): Verdict {
  const { fromMs, toMs } = spanOf(reading.atMs, terms);
  const from = lastAtOrBefore(samples, fromMs);
  const to = lastAtOrBefore(samples, toMs) + 1;
  const seen = samples.slice(Math.max(0, from), to + 1);
  if (from < 0 || to >= samples.length || hasGap(seen)) return "unwitnessed";
  const values = seen.flatMap(({ values: all }) => all[reading.pointId] ?? []);
  if (values.length === 0) return "unwitnessed";
  const [least, greatest] = [Math.min(...values) - terms.tolerance, Math.max(...values) + terms.tolerance];
  return reading.value >= least && reading.value <= greatest ? "right" : "wrong";
}

function spanOf(atMs: number, { maxAgeMs, stalls }: WitnessTerms): Span {
  const stall = stalls.find(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + AFTER_STALL_MS);
  return { fromMs: Math.min(atMs, stall?.fromMs ?? atMs) - maxAgeMs - SLACK_MS, toMs: atMs + SLACK_MS };
}

function hasGap(samples: readonly Sample[]): boolean {
  return samples.some(({ atMs }, index) => index > 0 && atMs - (samples[index - 1]?.atMs ?? atMs) > MAX_GAP_MS);
}

/** @returns its index; -1 where there is none. */
function lastAtOrBefore(samples: readonly Sample[], atMs: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
