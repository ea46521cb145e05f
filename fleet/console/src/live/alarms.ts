import type { Alarm } from "../../../api/schemas.ts";
import type { Feed } from "./feed.ts";

const RANK: Readonly<Record<Alarm["priority"], number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** Whether somebody still has to take note of it. Tests, shelved and suppressed alarms ask for nobody. */
export function isUnacknowledged(alarm: Pick<Alarm, "state" | "suppression" | "marks">): boolean {
  return alarm.marks?.isTest !== true && alarm.suppression.kind === "none" && alarm.state.endsWith("-unacknowledged");
}

/** Alarms that are not over, in the order of attention: unacknowledged first, then priority, then the newest. */
export function openAlarms(feed: Feed): readonly Alarm[] {
  return [...feed.alarms.values()]
    .map((entry) => entry.value)
    .filter((alarm) => alarm.state !== "normal")
    .toSorted(byAttention);
}

function byAttention(a: Alarm, b: Alarm): number {
  const unacknowledged = Number(isUnacknowledged(b)) - Number(isUnacknowledged(a));
  return unacknowledged || RANK[a.priority] - RANK[b.priority] || b.raisedAtMs - a.raisedAtMs;
}
