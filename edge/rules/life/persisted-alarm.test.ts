import type { Instant } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { NEVER_RAISED } from "./alarm-life.ts";
import { encodeAlarm, parseAlarm, restorePhase, restoreShelfEnd, type PersistedAlarm } from "./persisted-alarm.ts";

const life = { ...NEVER_RAISED, state: "active-acknowledged", isConditionOn: true, version: 2, raisedAtMs: 5 } as const;
const occurrence = { ...life, occurrenceId: "c".repeat(32) };
const deadline = {
  bootId: "boot-1",
  armedMonotonicMs: 1_000,
  dueMonotonicMs: 61_000,
  armedWallMs: 1_700_000_000_000,
  confidence: "plausible",
} as const;
const base: PersistedAlarm = { life: occurrence, phase: "on", delay: undefined, shelfEnd: undefined, last: undefined };

function rule(priority: "critical" | "high") {
  return { priority, onDelayMs: 60_000, offDelayMs: 90_000 };
}

describe("a row", () => {
  it("gives back what was written", () => {
    const shelf = { by: "desk", reason: "repair", untilMs: 9 };
    const alarm = {
      ...base,
      life: { ...occurrence, shelf },
      phase: "leaving",
      delay: deadline,
      shelfEnd: deadline,
    } as const;
    expect(parseAlarm(encodeAlarm(alarm) ?? "")).toEqual(alarm);
  });

  it("goes when there is nothing worth remembering", () => {
    expect(encodeAlarm({ ...base, life: { ...occurrence, state: "normal" }, phase: "off" })).toBeNull();
    expect(encodeAlarm({ ...base, life: NEVER_RAISED, phase: "arming", delay: deadline })).not.toBeNull();
  });

  it.each(["", "{", "null", '{"v":2}', '{"v":1,"life":{},"phase":"on"}'])("that is not ours is refused: %s", (row) => {
    expect(parseAlarm(row)).toBeUndefined();
  });
});

describe("a delay after a restart", () => {
  const sameBoot: Instant = { wallMs: 0, monotonicMs: 31_000, confidence: "doubtful" };
  const laterBoot: Instant = { wallMs: 1_700_000_030_000, monotonicMs: 500, confidence: "plausible" };
  const muchLater: Instant = { ...laterBoot, wallMs: 1_700_000_600_000 };
  const noClock: Instant = { wallMs: 0, monotonicMs: 500, confidence: "doubtful" };
  const arming = { ...base, phase: "arming", delay: deadline } as const;
  const leaving = { ...base, phase: "leaving", delay: deadline } as const;

  it.each<[string, "critical" | "high", PersistedAlarm, Instant, string, number | undefined, boolean]>([
    ["same boot: exactly what is left", "high", arming, sameBoot, "boot-1", 61_000, false],
    ["another boot: by the wall clock", "high", arming, laterBoot, "boot-2", 30_500, false],
    ["an on-delay that passed is due at once", "high", arming, muchLater, "boot-2", 500, true],
    ["critical and nobody can say: due at once", "critical", arming, noClock, "boot-2", 500, true],
    ["not critical and nobody can say: the whole delay again", "high", arming, noClock, "boot-2", 60_500, false],
    ["an off-delay that passed waits for a good value", "critical", leaving, muchLater, "boot-2", 500, false],
    ["an off-delay nobody can judge runs again", "critical", leaving, noClock, "boot-2", 90_500, false],
    [
      "no delay written down: as if nobody could say",
      "critical",
      { ...arming, delay: undefined },
      sameBoot,
      "boot-1",
      31_000,
      true,
    ],
  ])("%s", (_, priority, alarm, now, bootId, dueMs, isOverdue) => {
    const restored = restorePhase(rule(priority), alarm, now, bootId);
    expect(restored).toEqual({ phase: { kind: alarm.phase, dueMs }, isOverdue });
  });

  it("is none where none ran", () => {
    expect(restorePhase(rule("high"), base, noClock, "boot-2")).toEqual({ phase: { kind: "on" }, isOverdue: false });
  });

  it("a shelf ends when it should, and at once where nobody can say", () => {
    const shelved = { ...base, shelfEnd: deadline };
    expect(restoreShelfEnd(shelved, sameBoot, "boot-1")).toBe(61_000);
    expect(restoreShelfEnd(shelved, laterBoot, "boot-2")).toBe(30_500);
    expect(restoreShelfEnd(shelved, noClock, "boot-2")).toBe(500);
  });
});
