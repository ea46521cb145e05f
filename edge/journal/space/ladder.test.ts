import { STREAMS } from "@outpost/wire/streams.ts";
import { describe, expect, it } from "vitest";

import { isTurnedAway, planLadder, RUNGS, type LadderInput } from "./ladder.ts";

const ALL = { evidence: 5, measurement: 5, occurrence: 5 };
const NONE = { evidence: 0, measurement: 0, occurrence: 0 };

function plan(input: Partial<LadderInput>): string {
  const { level, step } = planLadder({
    level: "normal",
    fill: 0,
    isFull: false,
    held: ALL,
    thinnableMs: 60_000,
    ...input,
  });
  const what = step.kind === "give-up" ? step.stream : step.kind === "thin" ? `thin ${step.windowMs}` : "rest";
  return `${level}: ${what}`;
}

describe("climbing", () => {
  it.each([
    // level, fill, what is held, thinnable by → level and step
    ["normal", 0.74, ALL, 60_000, "normal: rest"],
    ["normal", 0.75, ALL, 60_000, "no-evidence: evidence"],
    ["normal", 0.99, ALL, 60_000, "no-evidence: evidence"],
    ["no-evidence", 0.99, ALL, 60_000, "no-evidence: evidence"],
    ["no-evidence", 0.79, { ...ALL, evidence: 0 }, 60_000, "no-evidence: rest"],
    ["no-evidence", 0.8, { ...ALL, evidence: 0 }, 60_000, "thin-measurements: thin 60000"],
    ["thin-measurements", 0.87, { ...ALL, evidence: 0 }, undefined, "thin-measurements: rest"],
    ["thin-measurements", 0.95, { ...ALL, evidence: 0 }, 900_000, "thin-measurements: thin 900000"],
    ["thin-measurements", 0.88, { ...ALL, evidence: 0 }, undefined, "no-measurements: measurement"],
    ["no-measurements", 0.99, { ...ALL, evidence: 0 }, undefined, "no-measurements: measurement"],
    ["no-measurements", 0.93, { ...NONE, occurrence: 5 }, undefined, "no-measurements: rest"],
    ["no-measurements", 0.94, { ...NONE, occurrence: 5 }, undefined, "no-occurrences: occurrence"],
    ["no-occurrences", 1, NONE, undefined, "no-occurrences: rest"],
  ] as const)("%s at %d", (level, fill, held, thinnableMs, expected) => {
    expect(plan({ level, fill, held, thinnableMs })).toBe(expected);
  });

  it("takes a write that found no space for a fill of 1, whatever the fill says", () => {
    expect(plan({ level: "normal", fill: 0.1, isFull: true, held: NONE })).toBe("no-evidence: rest");
    expect(plan({ level: "no-measurements", fill: 0.1, isFull: true, held: NONE, thinnableMs: undefined })).toBe(
      "no-occurrences: rest",
    );
  });

  it("reaches the last rung with everything given up in its order", () => {
    const held = { ...ALL };
    let thinnableMs: number | undefined = 60_000;
    let level: LadderInput["level"] = "normal";
    const steps: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const planned = planLadder({ level, fill: 1, isFull: false, held, thinnableMs });
      level = planned.level;
      if (planned.step.kind === "thin") thinnableMs = undefined;
      if (planned.step.kind === "give-up") held[planned.step.stream] = 0;
      if (planned.step.kind !== "rest") {
        steps.push(planned.step.kind === "thin" ? "thin" : planned.step.stream);
      }
    }
    expect(steps).toEqual(["evidence", "thin", "measurement", "occurrence"]);
    expect(level).toBe("no-occurrences");
  });
});

describe("coming down", () => {
  it.each([
    ["no-occurrences", 0.85, "no-occurrences: measurement"],
    ["no-occurrences", 0.83, "no-measurements: measurement"],
    ["no-measurements", 0.78, "no-measurements: measurement"],
    ["no-measurements", 0.77, "thin-measurements: rest"],
    ["thin-measurements", 0.69, "no-evidence: rest"],
    ["no-evidence", 0.65, "no-evidence: rest"],
    ["no-evidence", 0.64, "normal: rest"],
  ] as const)("%s at %d", (level, fill, expected) => {
    expect(plan({ level, fill, held: { ...ALL, evidence: 0 }, thinnableMs: undefined })).toBe(expected);
  });

  it("still thins on a higher rung, where rows came since", () => {
    expect(plan({ level: "no-occurrences", fill: 0.9, held: { ...ALL, evidence: 0 } })).toBe(
      "no-occurrences: thin 60000",
    );
  });

  it("is never asked for by a full disk", () => {
    expect(plan({ level: "no-evidence", fill: 0, isFull: true, held: NONE })).toBe("thin-measurements: thin 60000");
  });
});

describe("what is turned away", () => {
  it("is one stream more on each rung but the thinning one, and never alarms and results", () => {
    const kept = RUNGS.map(({ level }) => STREAMS.filter((stream) => !isTurnedAway(stream, level)).join(" "));
    expect(kept).toEqual([
      "alarm result occurrence measurement evidence",
      "alarm result occurrence measurement",
      "alarm result occurrence measurement",
      "alarm result occurrence",
      "alarm result",
    ]);
  });
});
