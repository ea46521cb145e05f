import type { AlarmRecord, NotificationRecord } from "@outpost/wire/records.ts";

import type { Promised } from "./alarm-rounds.ts";

/** One fault as it was seen from outside. */
export interface Round {
  readonly name: string;
  readonly trippedAtMs: number;
  readonly promised: Promised;
  /** Whether the siren sounded afterwards, where it must. */
  readonly sounded: boolean;
  /** Whether somebody was asked afterwards, where somebody must be. */
  readonly asked: boolean;
  /** Whether the alarm could be brought to its end. */
  readonly ended: boolean;
}

/** What went wrong, and what was repeated. All but `repeated` must be 0. */
export interface Verdict {
  /** Alarms and acknowledgements that were promised and are not at the fleet. */
  readonly lost: number;
  /** Alarms whose next step never came. */
  readonly stuck: number;
  /** Steps that the fleet has twice, or in another order. */
  readonly disordered: number;
  /** Messages beyond the first under one reference. */
  readonly repeated: number;
  /** Those references, and how often each went out. */
  readonly repeatedReferences: Readonly<Record<string, number>>;
  /** Messages that bear no reference. */
  readonly unmarked: number;
}

/**
 * Compares what was seen at the site with what the fleet has.
 *
 * @param sent  the references of what the modem's network got, in order.
 */
export function judge(rounds: readonly Round[], steps: readonly AlarmRecord[], sent: readonly string[]): Verdict {
  const counts = new Map<string, number>();
  for (const reference of sent) counts.set(reference, (counts.get(reference) ?? 0) + 1);
  const again = [...counts].filter(([, count]) => count > 1);
  return {
    lost: lostAlarms(rounds, steps) + lostAcknowledgements(rounds, steps),
    stuck: rounds.filter(isStuck).length,
    disordered: countDisordered(steps),
    repeated: again.reduce((sum, [, count]) => sum + count - 1, 0),
    repeatedReferences: Object.fromEntries(again),
    unmarked: sent.filter((reference) => !/^[0-9A-F]{8}$/.test(reference)).length,
  };
}

/** How many of the gateway's notifications say what. */
export function countByChange(notifications: readonly NotificationRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { change } of notifications) counts[change] = (counts[change] ?? 0) + 1;
  return counts;
}

function isStuck({ promised, sounded, asked, ended }: Round): boolean {
  return !ended || (promised.mustSound && !sounded) || (promised.mustAsk && !asked);
}

/** Each trip is an occurrence of its own, because each round ends with a normal alarm. */
function lostAlarms(rounds: readonly Round[], steps: readonly AlarmRecord[]): number {
  return Math.max(0, rounds.length - new Set(steps.map(({ occurrenceId }) => occurrenceId)).size);
}

/** What was acknowledged and at the fleet is not active and unacknowledged again without having come back. */
function lostAcknowledgements(rounds: readonly Round[], steps: readonly AlarmRecord[]): number {
  return rounds.filter(({ promised: { acknowledged } }) => {
    if (acknowledged === undefined) return false;
    const own = steps.filter(({ occurrenceId }) => occurrenceId === acknowledged.occurrenceId);
    const at = own.findIndex(({ change }) => change === "acknowledged");
    return (
      at < 0 ||
      own.slice(at + 1).some(({ state, change }) => state === "active-unacknowledged" && change !== "re-raised")
    );
  }).length;
}

/** Versions of one occurrence count up by one, and its last one is the end of it. */
function countDisordered(steps: readonly AlarmRecord[]): number {
  const byOccurrence = Map.groupBy(steps, ({ occurrenceId }) => occurrenceId);
  let disordered = 0;
  for (const own of byOccurrence.values()) {
    disordered += own.filter(({ version }, index) => version !== index + 1).length;
    if (own.at(-1)?.state !== "normal") disordered += 1;
  }
  return disordered;
}
