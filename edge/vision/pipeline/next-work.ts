import type { PriorityClass } from "@outpost/models/algorithm.ts";

/** A model that looks at a camera, as it stands now. */
export interface Waiting {
  readonly key: string;
  readonly fps: number;
  readonly priority: PriorityClass;
  /** When its next look is due, on the monotonic clock. */
  readonly dueMs: number;
  /** Whether there is a picture it has not seen. */
  readonly hasFrame: boolean;
  /** Whether a look is under way. */
  readonly isBusy: boolean;
}

const RANK: Readonly<Record<PriorityClass, number>> = { critical: 0, standard: 1, slow: 2 };

/**
 * Who is looked at next: of those that are due the one whose deadline, a period after that, comes first. A critical one
 * that has missed its deadline goes before everybody.
 *
 * @returns its key; undefined where nobody is due.
 */
export function nextWork(waiting: readonly Waiting[], nowMs: number): string | undefined {
  const due = waiting.filter(({ dueMs, hasFrame, isBusy, fps }) => hasFrame && !isBusy && fps > 0 && dueMs <= nowMs);
  return due.toSorted((a, b) => order(a, nowMs) - order(b, nowMs) || deadline(a) - deadline(b) || rank(a) - rank(b))[0]
    ?.key;
}

/** When somebody with a picture becomes due; undefined where nobody waits for time. */
export function nextDueMs(waiting: readonly Waiting[]): number | undefined {
  const dues = waiting.flatMap(({ dueMs, hasFrame, isBusy, fps }) => (hasFrame && !isBusy && fps > 0 ? [dueMs] : []));
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** The next due time after a look at `nowMs`: in step with the rate, without making up for what was missed. */
export function dueAfter({ dueMs, fps }: Pick<Waiting, "dueMs" | "fps">, nowMs: number): number {
  const periodMs = 1_000 / fps;
  return Math.max(dueMs + periodMs, nowMs);
}

function order(one: Waiting, nowMs: number): number {
  return one.priority === "critical" && deadline(one) < nowMs ? 0 : 1;
}

function deadline({ dueMs, fps }: Waiting): number {
  return dueMs + 1_000 / fps;
}

function rank({ priority }: Waiting): number {
  return RANK[priority];
}
