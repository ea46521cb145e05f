/** What is compared, without any delay. `fact`: something the gateway knows about itself, 1 where it is so. */
export type Comparator =
  | { readonly kind: "threshold"; readonly is: "above" | "below"; readonly limit: number; readonly deadband: number }
  | { readonly kind: "equals"; readonly value: number }
  | {
      readonly kind: "rate-of-change";
      readonly is: "rising" | "falling";
      readonly limitPerMinute: number;
      readonly windowMs: number;
    }
  | { readonly kind: "stale"; readonly afterMs: number }
  | { readonly kind: "fact" };

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** What a comparator remembers. Samples are kept for a rate of change only, the last good instant for staleness only. */
export interface ComparatorMemory {
  readonly isOn: boolean;
  readonly lastGoodMs: number;
  readonly samples: readonly Sample[];
}

/** `value`: null where the quality is bad. `nowMs`: monotonic. */
export type ComparatorInput =
  | { readonly kind: "reading"; readonly value: number | null; readonly nowMs: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** A window is measured in so many parts, whatever the poll rate: this bounds the samples kept. */
const SAMPLES_PER_WINDOW = 32;

/** @param nowMs  monotonic; staleness counts from here until the first good reading. */
export function startComparator(isOn: boolean, nowMs: number): ComparatorMemory {
  return { isOn, lastGoodMs: nowMs, samples: [] };
}

/**
 * Compares one input. A bad reading never turns a comparator on or off: it holds, and only staleness goes on counting.
 */
export function compare(comparator: Comparator, memory: ComparatorMemory, input: ComparatorInput): ComparatorMemory {
  if (comparator.kind === "stale") return compareAge(comparator.afterMs, memory, input);
  if (input.kind === "tick" || input.value === null) return memory;
  const { value, nowMs } = input;
  switch (comparator.kind) {
    case "threshold":
      return { ...memory, isOn: isBeyond(comparator, memory.isOn, value) };
    case "equals":
      return { ...memory, isOn: value === comparator.value };
    case "fact":
      return { ...memory, isOn: value !== 0 };
    case "rate-of-change":
      return compareRate(comparator, memory, { atMs: nowMs, value });
  }
}

function isBeyond(limits: Extract<Comparator, { kind: "threshold" }>, isOn: boolean, value: number): boolean {
  const { limit, deadband } = limits;
  if (limits.is === "above") return isOn ? value > limit - deadband : value > limit;
  return isOn ? value < limit + deadband : value < limit;
}

function compareAge(afterMs: number, memory: ComparatorMemory, input: ComparatorInput): ComparatorMemory {
  if (input.kind === "reading" && input.value !== null) return { ...memory, isOn: false, lastGoodMs: input.nowMs };
  return { ...memory, isOn: memory.isOn || input.nowMs - memory.lastGoodMs >= afterMs };
}

/**
 * The slope between now and the newest sample that is at least a window old. Before there is such a sample nothing is
 * judged: two readings a poll apart would take noise for a flood.
 */
function compareRate(
  comparator: Extract<Comparator, { kind: "rate-of-change" }>,
  memory: ComparatorMemory,
  now: Sample,
): ComparatorMemory {
  const { windowMs, limitPerMinute, is } = comparator;
  const referenceAt = memory.samples.findLastIndex((sample) => now.atMs - sample.atMs >= windowMs);
  const kept = memory.samples.slice(Math.max(0, referenceAt));
  const last = kept.at(-1);
  const isDue = last === undefined || now.atMs - last.atMs >= windowMs / SAMPLES_PER_WINDOW;
  const samples = isDue ? [...kept, now] : kept;
  const reference = referenceAt < 0 ? undefined : kept[0];
  if (reference === undefined) return { ...memory, samples };
  const perMinute = ((now.value - reference.value) * 60_000) / (now.atMs - reference.atMs);
  return { ...memory, samples, isOn: (is === "rising" ? perMinute : -perMinute) > limitPerMinute };
}
