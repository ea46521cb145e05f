/** What was true at a device at some moment between a question and its answer, by point. Unix milliseconds. */
export interface Sample {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
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

/** A point that leaps and is back before anybody looks, each time that another one, which counts, goes up. */
export interface Surge {
  readonly counter: string;
  /** The greatest that the point can be. */
  readonly peak: number;
}

export interface WitnessTerms {
  /** How old a value may be when it is read: the longest that the gateway waits for an answer. */
  readonly maxAgeMs: number;
  /** How far a reading may be from the truth. */
  readonly tolerance: number;
  /** Whether it rises and falls by and by: between two looks it may then have turned, and gone as far as from one to the next. */
  readonly isFlowing: boolean;
  /** Something that may have come and gone between two looks. */
  readonly surge?: Surge;
  /** While these lasted the gateway stood still, so that what it read at their end may be as old as they are long. */
  readonly stalls: readonly Span[];
}

/** Between an answer's arrival and its note, at the gateway and here: both may have to wait for the processor. */
const SLACK_MS = 1_000;
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
  const from = samples.findLastIndex(({ answeredAtMs }) => answeredAtMs <= fromMs);
  const to = samples.findIndex(({ askedAtMs }) => askedAtMs >= toMs);
  const seen = samples.slice(Math.max(0, from), to + 1);
  if (from < 0 || to < 0 || hasGap(seen)) return "unwitnessed";
  const values = seen.flatMap(({ values: all }) => all[reading.pointId] ?? []);
  if (values.length === 0) return "unwitnessed";
  const margin = terms.tolerance + (terms.isFlowing ? greatestStep(values) : 0);
  const peak = hasSurged(seen, terms.surge) ? (terms.surge?.peak ?? 0) : 0;
  const isWithin = reading.value >= Math.min(...values) - margin && reading.value <= Math.max(peak, ...values) + margin;
  return isWithin ? "right" : "wrong";
}

function hasSurged(samples: readonly Sample[], surge: Surge | undefined): boolean {
  return surge !== undefined && new Set(samples.map(({ values }) => values[surge.counter])).size > 1;
}

function spanOf(atMs: number, { maxAgeMs, stalls }: WitnessTerms): Span {
  const stall = stalls.find(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + AFTER_STALL_MS);
  return { fromMs: Math.min(atMs, stall?.fromMs ?? atMs) - maxAgeMs - SLACK_MS, toMs: atMs + SLACK_MS };
}

function greatestStep(values: readonly number[]): number {
  return Math.max(0, ...values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value))));
}

function hasGap(samples: readonly Sample[]): boolean {
  return samples.some(({ answeredAtMs }, index) => {
    const before = samples[index - 1];
    return before !== undefined && answeredAtMs - before.askedAtMs > MAX_GAP_MS;
  });
}
