import type { AlarmRecord } from "@outpost/wire/records.ts";

import { DRILL_STEPS, type DrillStep, type DrillView } from "../server/views.ts";

/** What a drill watches: a rule, the point that raises it, and where its actuators show that they follow. */
export interface DrillPlan {
  readonly ruleId: string;
  readonly source: { readonly deviceId: string; readonly pointId: string } | undefined;
  readonly feedback: readonly { readonly deviceId: string; readonly pointId: string; readonly value: number }[];
  readonly hasUplink: boolean;
}

/** What was seen. Instants are Unix milliseconds. */
export type DrillInput =
  | {
      readonly kind: "reading";
      readonly deviceId: string;
      readonly pointId: string;
      readonly value: number | null;
      readonly atMs: number;
    }
  /** An alarm's write was handed to its device, in the turn in which the alarm was raised. */
  | { readonly kind: "acted"; readonly latencyMs: number; readonly atMs: number }
  | { readonly kind: "alarm"; readonly record: AlarmRecord }
  /** The fleet holds every alarm record that this gateway has written. */
  | { readonly kind: "told"; readonly atMs: number };

/** A drill as it runs. `armed`: the value the source had at first, so that only a change counts as "pressed". */
export interface Drill {
  readonly plan: DrillPlan;
  readonly view: DrillView;
  readonly armed: number | null | undefined;
  /** A write was seen whose alarm has not been seen yet: the actuator comes first in the alarm path. */
  readonly acted: { readonly latencyMs: number; readonly atMs: number } | undefined;
}

/** The write leaves in the turn in which the alarm is raised; a jump of the wall clock between the two is rare. */
const SAME_TURN_MS = 1_000;

/** A drill that waits for its button. */
export function beginDrill(plan: DrillPlan, by: string, nowMs: number): Drill {
  const missing: DrillStep[] = [];
  if (plan.source === undefined) missing.push("pressed");
  if (plan.feedback.length === 0) missing.push("written", "feedback");
  if (!plan.hasUplink) missing.push("told");
  const view: DrillView = {
    ruleId: plan.ruleId,
    state: "waiting",
    by,
    startedAtMs: nowMs,
    occurrenceId: null,
    version: 0,
    steps: {},
    missing,
  };
  return { plan, view, armed: undefined, acted: undefined };
}

/** One thing was seen. Pure; a step that was seen once stays as it is. */
export function stepDrill(drill: Drill, input: DrillInput): Drill {
  if (drill.view.state !== "waiting") return drill;
  switch (input.kind) {
    case "reading":
      return onReading(drill, input);
    case "acted":
      return drill.view.steps.raised === undefined
        ? { ...drill, acted: { latencyMs: input.latencyMs, atMs: input.atMs } }
        : drill;
    case "alarm":
      return onAlarm(drill, input.record);
    case "told":
      return drill.view.steps.raised === undefined ? drill : seen(drill, "told", input.atMs, "");
  }
}

function onReading(drill: Drill, input: Extract<DrillInput, { kind: "reading" }>): Drill {
  const { source, feedback } = drill.plan;
  let next = drill;
  if (source?.deviceId === input.deviceId && source.pointId === input.pointId) {
    if (drill.armed === undefined) next = { ...next, armed: input.value };
    else if (input.value !== null && input.value !== drill.armed) {
      next = seen(next, "pressed", input.atMs, String(Number(input.value.toFixed(3))));
    }
  }
  const isFollowing = feedback.some(
    ({ deviceId, pointId, value }) => deviceId === input.deviceId && pointId === input.pointId && value === input.value,
  );
  return isFollowing && next.view.steps.raised !== undefined
    ? seen(next, "feedback", input.atMs, `${input.deviceId} ${input.pointId}`)
    : next;
}

function onAlarm(drill: Drill, record: AlarmRecord): Drill {
  if (record.ruleId !== drill.plan.ruleId) return drill;
  const { occurrenceId, version, occurredAtMs, change, actor } = record;
  const known: Drill = { ...drill, view: { ...drill.view, occurrenceId, version } };
  if (change === "raised" || change === "re-raised") {
    // The reading that raised it went through the rule before anybody else saw it.
    const pressed = seen(known, "pressed", occurredAtMs, record.value === null ? "" : String(record.value));
    const raised = seen(pressed, "raised", occurredAtMs, record.priority);
    const { acted } = drill;
    // A write of long ago was another alarm's.
    const isOurs = acted !== undefined && Math.abs(occurredAtMs - acted.atMs) <= SAME_TURN_MS;
    return isOurs ? seen(raised, "written", acted.atMs, `${acted.latencyMs.toFixed(1)} ms`) : raised;
  }
  if (change === "acknowledged") return seen(known, "acknowledged", occurredAtMs, actor ?? "");
  return known;
}

function seen(drill: Drill, step: DrillStep, atMs: number, detail: string): Drill {
  const { view } = drill;
  if (view.steps[step] !== undefined || view.missing.includes(step)) return drill;
  const steps = { ...view.steps, [step]: { atMs, detail } };
  const isDone = DRILL_STEPS.every((one) => steps[one] !== undefined || view.missing.includes(one));
  return { ...drill, view: { ...view, steps, state: isDone ? "done" : "waiting" } };
}
