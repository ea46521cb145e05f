import type { AlarmRecord } from "@outpost/wire/records.ts";

/** How far one alarm is, as its caller is shown it: `raised` here, `delivered` to the disk, `acknowledged` by a person. */
export type Stage = "raised" | "delivered" | "acknowledged";

/** One alarm as a caller's light knows it. */
export interface Progress {
  readonly stage: Stage;
  /** The version of the step that raised it: what is told of an older one says nothing about it. */
  readonly version: number;
  /** The alarm has ended, and only its acknowledgement is still shown. */
  readonly isOver: boolean;
  /** Monotonic; until then an acknowledgement is shown. */
  readonly untilMs: number;
}

export type ProgressInput =
  | { readonly kind: "step"; readonly record: AlarmRecord; readonly nowMs: number }
  /** A step of the alarm is on the disk. */
  | { readonly kind: "written"; readonly version: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** Takes one input. @returns undefined where there is nothing to show. */
export function stepProgress(
  progress: Progress | undefined,
  input: ProgressInput,
  acknowledgedForMs: number,
): Progress | undefined {
  switch (input.kind) {
    case "step":
      return afterStep(progress, input.record, input.nowMs + acknowledgedForMs);
    case "written":
      if (progress?.stage !== "raised" || input.version < progress.version) return progress;
      return { ...progress, stage: "delivered" };
    case "tick":
      return progress?.isOver === true && input.nowMs >= progress.untilMs ? undefined : progress;
  }
}

/** What a light shows that several alarms share: the one that has come least far. */
export function leastFar(all: Iterable<Progress>): Stage | undefined {
  let least: Stage | undefined;
  for (const { stage } of all) {
    if (least === undefined || ORDER.indexOf(stage) < ORDER.indexOf(least)) least = stage;
  }
  return least;
}

const ORDER: readonly Stage[] = ["raised", "delivered", "acknowledged"];

function afterStep(before: Progress | undefined, record: AlarmRecord, untilMs: number): Progress | undefined {
  const { state, change, version } = record;
  if (record.suppression.kind !== "none") return undefined;
  switch (state) {
    case "active-unacknowledged":
    case "cleared-unacknowledged": {
      const isNew = change === "raised" || change === "re-raised";
      if (before !== undefined && before.stage !== "acknowledged" && !isNew) return before;
      return { stage: "raised", version, isOver: false, untilMs: 0 };
    }
    case "active-acknowledged":
      return { stage: "acknowledged", version, isOver: false, untilMs };
    case "normal":
      if (change === "acknowledged") return { stage: "acknowledged", version, isOver: true, untilMs };
      return before?.stage === "acknowledged" ? { ...before, isOver: true } : undefined;
  }
}
