import type { AlarmRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { ON_DELAY_MS } from "./clock-site.ts";
import { judge, LATE_MS, soundsBy, type Round, type Verdict } from "./judgement.ts";

const TRIPPED_MS = 1_800_000_000_000;

function round(change: Partial<Round> = {}): Round {
  const fault = { name: "jump-ahead", raised: "doubtful", cleared: "trusted" } as const;
  return { fault, trippedAtMs: TRIPPED_MS, sirenAtMs: TRIPPED_MS + ON_DELAY_MS + 300, ...change };
}

function step(version: number, change: AlarmRecord["change"], told: Partial<AlarmRecord> = {}): AlarmRecord {
  return {
    kind: "alarm",
    occurrenceId: "a".repeat(32),
    version,
    ruleId: "pump1-fault",
    priority: "critical",
    state: change === "cleared" ? "cleared-unacknowledged" : "active-unacknowledged",
    suppression: { kind: "none" },
    change,
    message: { zh: "故障", en: "fault" },
    value: 1,
    raisedAtMs: 0,
    occurredAtMs: 0,
    clockConfidence: change === "cleared" ? "plausible" : "doubtful",
    ...told,
  };
}

const GOOD: Verdict = { early: 0, missed: 0, duplicated: 0, reordered: 0, untold: 0 };
const STEPS = [step(1, "raised"), step(2, "cleared")];

describe("judging clock rounds", () => {
  it.each<[string, Round, readonly AlarmRecord[], Partial<Verdict>]>([
    ["on time, told right", round(), STEPS, {}],
    ["raised again under the same occurrence", round(), [step(3, "re-raised"), step(4, "cleared")], {}],
    ["at the last moment of rounding", round({ sirenAtMs: TRIPPED_MS + ON_DELAY_MS - 2 }), STEPS, {}],
    ["early", round({ sirenAtMs: TRIPPED_MS + ON_DELAY_MS - 3 }), STEPS, { early: 1 }],
    ["no siren", round({ sirenAtMs: undefined }), STEPS, { missed: 1 }],
    ["no siren and no alarm are one miss", round({ sirenAtMs: undefined }), [], { missed: 1, untold: 2 }],
    ["no alarm at the fleet", round(), [], { missed: 1, untold: 2 }],
    ["two alarms for one trip", round(), [...STEPS, step(3, "re-raised")], { duplicated: 1 }],
    ["a step behind a later one", round(), [step(2, "raised"), step(1, "cleared")], { reordered: 1 }],
    [
      "a raised alarm with a trusted time",
      round(),
      [step(1, "raised", { clockConfidence: "confirmed" }), step(2, "cleared")],
      { untold: 1 },
    ],
    [
      "a cleared alarm with a doubtful time",
      round(),
      [step(1, "raised"), step(2, "cleared", { clockConfidence: "doubtful" })],
      { untold: 1 },
    ],
  ])("%s", (_, seen, steps, expected) => {
    expect(judge([seen], steps)).toEqual({ ...GOOD, ...expected });
  });

  it("gives a siren its bound from the due time, or from the gateway's return where that is later", () => {
    expect(soundsBy(TRIPPED_MS, TRIPPED_MS - 60_000)).toBe(TRIPPED_MS + ON_DELAY_MS + LATE_MS);
    expect(soundsBy(TRIPPED_MS, TRIPPED_MS + 60_000)).toBe(TRIPPED_MS + 60_000 + LATE_MS);
  });
});
