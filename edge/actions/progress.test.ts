import type { AlarmRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { leastFar, stepProgress, type Progress, type ProgressInput, type Stage } from "./progress.ts";
import { alarmStep } from "./testing/alarm-step.ts";

const FOR_MS = 1_000;

function step(nowMs: number, change: AlarmRecord["change"], state: AlarmRecord["state"], version = 1): ProgressInput {
  return { kind: "step", record: alarmStep(change, state, version), nowMs };
}

const raised = step(0, "raised", "active-unacknowledged");
const written = (version = 1): ProgressInput => ({ kind: "written", version });
const tick = (nowMs: number): ProgressInput => ({ kind: "tick", nowMs });

const at = (stage: Stage): Progress => ({ stage, version: 1, isOver: false, untilMs: 0 });

function run(inputs: readonly ProgressInput[]): Stage | undefined {
  let progress: Progress | undefined;
  for (const input of inputs) progress = stepProgress(progress, input, FOR_MS);
  return progress?.stage;
}

describe("what a caller is shown of an alarm", () => {
  it.each<[string, ProgressInput[], Stage | undefined]>([
    ["is raised in the turn in which it was", [raised], "raised"],
    ["is delivered once its step is on the disk", [raised, written()], "delivered"],
    [
      "stays delivered when the button is let go",
      [raised, written(), step(5, "cleared", "cleared-unacknowledged", 2)],
      "delivered",
    ],
    [
      "is raised again by another press, and an older step on the disk says nothing of it",
      [raised, written(), step(9, "re-raised", "active-unacknowledged", 3), written(2)],
      "raised",
    ],
    [
      "is acknowledged while it stands",
      [raised, written(), step(9, "acknowledged", "active-acknowledged", 2)],
      "acknowledged",
    ],
    [
      "is shown acknowledged for its time where the alarm ends by it",
      [raised, written(), step(100, "acknowledged", "normal", 2), tick(1_099)],
      "acknowledged",
    ],
    ["and no longer", [raised, written(), step(100, "acknowledged", "normal", 2), tick(1_100)], undefined],
    [
      "goes on being shown acknowledged when it clears within that time",
      [step(0, "acknowledged", "active-acknowledged", 2), step(10, "cleared", "normal", 3), tick(999)],
      "acknowledged",
    ],
    [
      "shows nothing after that time",
      [step(0, "acknowledged", "active-acknowledged", 2), step(10, "cleared", "normal", 3), tick(1_000)],
      undefined,
    ],
    [
      "shows an acknowledged alarm as long as it stands",
      [step(0, "acknowledged", "active-acknowledged", 2), tick(99_999)],
      "acknowledged",
    ],
    ["shows nothing of what was retired", [raised, step(5, "cleared", "normal", 2)], undefined],
  ])("%s", (_, inputs, stage) => {
    expect(run(inputs)).toBe(stage);
  });

  it("shows nothing of an alarm that is suppressed", () => {
    const shelved = step(5, "shelved", "active-unacknowledged", 2);
    if (shelved.kind !== "step") throw new Error("a step");
    const suppression = { kind: "shelved", by: "ann", reason: "works", untilMs: 9 } as const;
    expect(run([raised, { ...shelved, record: { ...shelved.record, suppression } }])).toBeUndefined();
  });

  it("shows of several alarms the one that has come least far", () => {
    expect(leastFar([at("acknowledged"), at("delivered"), at("acknowledged")])).toBe("delivered");
    expect(leastFar([])).toBeUndefined();
  });
});
