/** When each poll group is due, on the monotonic clock. */
export interface Schedule {
  readonly groups: readonly { readonly name: string; readonly everyMs: number; readonly dueMs: number }[];
}

/** All groups due at once: the first round reads everything. */
export function startSchedule(groups: Readonly<Record<string, { readonly everyMs: number }>>, nowMs: number): Schedule {
  return { groups: Object.entries(groups).map(([name, { everyMs }]) => ({ name, everyMs, dueMs: nowMs })) };
}

/**
 * Takes the groups that are due.
 *
 * A group keeps its beat; beats missed because a round took too long are left out, not caught up.
 *
 * @returns the schedule with their next times, and their names.
 */
export function takeDue(schedule: Schedule, nowMs: number): readonly [Schedule, readonly string[]] {
  const due: string[] = [];
  const groups = schedule.groups.map((group) => {
    if (group.dueMs > nowMs) return group;
    due.push(group.name);
    const beats = Math.floor((nowMs - group.dueMs) / group.everyMs) + 1;
    return { ...group, dueMs: group.dueMs + beats * group.everyMs };
  });
  return [{ groups }, due];
}

/** Milliseconds until the next group is due; 0 where one is due already. */
export function untilDueMs(schedule: Schedule, nowMs: number): number {
  const next = Math.min(...schedule.groups.map((group) => group.dueMs));
  return Math.max(0, next - nowMs);
}
