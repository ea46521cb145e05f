import type { ClockConfidence } from "@outpost/kernel/clock.ts";

import type { RefusalReason } from "../../event.ts";
import type { TimedReading } from "../polling/point-reports.ts";
import type { Point, Writable } from "../profile.ts";
import { startRefusal } from "./run-history.ts";
import type { RunHistory } from "./run-history.ts";

/** What is known when a write is judged. Times are monotonic. */
export interface Facts {
  readonly nowMs: number;
  readonly clockConfidence: ClockConfidence;
  readonly isOnline: boolean;
  latest(pointId: string): TimedReading | undefined;
  runs(pointId: string): RunHistory;
}

export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly detail: string;
}

/**
 * Judges what needs no look at the device: whether the point can take this value, now, from this gateway.
 *
 * @returns undefined where nothing stands against it.
 */
export function refusalToWrite(point: Point, value: number, facts: Facts): Refusal | undefined {
  const { writable } = point;
  if (writable === undefined) return refused("not-writable", `${point.id} is read only`);
  if (!(value >= writable.min && value <= writable.max)) {
    return refused(
      "out-of-limits",
      `${value} is not between ${writable.min} and ${writable.max} ${point.unit}`.trimEnd(),
    );
  }
  if (!facts.isOnline) return refused("device-offline", "the device does not answer");
  if (writable.isHazardous && facts.clockConfidence === "doubtful") {
    return refused("clock-not-confident", "the gateway's clock is doubtful, so nobody can say when this was ordered");
  }
  return undefined;
}

/**
 * Judges the interlocks and start limits, on readings that should have been taken just before.
 *
 * @returns undefined where all of them allow the write.
 */
export function refusalByInterlock({ interlocks, startLimits, feedback }: Writable, facts: Facts): Refusal | undefined {
  for (const lock of interlocks) {
    const fault = lockFault(lock, facts);
    if (fault !== undefined) return refused("interlocked", `${lock.why.zh} · ${lock.why.en} (${fault})`);
  }
  if (startLimits === undefined || feedback === undefined) return undefined;
  const why = startRefusal(facts.runs(feedback.pointId), startLimits, facts.nowMs);
  return why === undefined ? undefined : refused("interlocked", `${feedback.pointId}: ${why}`);
}

function lockFault(lock: Writable["interlocks"][number], facts: Facts): string | undefined {
  const { pointId, is, value, maxAgeMs } = lock;
  const latest = facts.latest(pointId);
  if (latest === undefined) return `${pointId} has not been read yet`;
  if (facts.nowMs - latest.atMs > maxAgeMs) return `${pointId} was read more than ${maxAgeMs / 1_000} s ago`;
  if (latest.reading.quality === "bad") return `${pointId} is bad: ${latest.reading.reason}`;
  const has = latest.reading.value;
  return holds(has, is, value) ? undefined : `${pointId} is ${has}, must be ${is} ${value}`;
}

function holds(has: number, is: Writable["interlocks"][number]["is"], value: number): boolean {
  switch (is) {
    case "equal":
      return has === value;
    case "at-least":
      return has >= value;
    case "at-most":
      return has <= value;
  }
}

/** A refusal as an outcome. */
export function refused(reason: RefusalReason, detail: string): Refusal {
  return { kind: "refused", reason, detail };
}
