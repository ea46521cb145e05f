import type { PollGroup } from "../items/items.ts";

/** When each group of items is due, on the monotonic clock. */
export type Schedule = Readonly<Record<PollGroup, { readonly everyMs: number; readonly dueMs: number }>>;

/** Both groups due at once: the first round reads everything. */
export function startSchedule(everyMs: Readonly<Record<PollGroup, number>>, nowMs: number): Schedule {
  return {
    fast: { everyMs: everyMs.fast, dueMs: nowMs },
    slow: { everyMs: everyMs.slow, dueMs: nowMs },
  };
}

/**
 * Takes the groups that are due. A group keeps its beat; beats missed because a round took too long are left out.
 *
 * @returns the schedule with their next times, and their names.
 */
export function takeDue(schedule: Schedule, nowMs: number): readonly [Schedule, readonly PollGroup[]] {
  const due = (["fast", "slow"] as const).filter((group) => schedule[group].dueMs <= nowMs);
  let next = schedule;
  for (const group of due) {
    const { everyMs, dueMs } = schedule[group];
    const beats = Math.floor((nowMs - dueMs) / everyMs) + 1;
    next = { ...next, [group]: { everyMs, dueMs: dueMs + beats * everyMs } };
  }
  return [next, due];
}

/** Milliseconds until the next group is due; 0 where one is due already. */
export function untilDueMs({ fast, slow }: Schedule, nowMs: number): number {
  return Math.max(0, Math.min(fast.dueMs, slow.dueMs) - nowMs);
}
