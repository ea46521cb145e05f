import { describe, expect, it } from "vitest";

import type { Alarm, AlarmStep } from "../../../api/schemas.ts";
import { stormAlarm } from "../../testing/sample-data.ts";
import { journeyOf, newestOf, standingOf } from "./journey.ts";

const RAISED: Alarm = { ...stormAlarm(1_000), deviceId: "button-1", pointId: "pressed" };

function step(change: AlarmStep["change"], occurredAtMs: number, actor: string | null = null): AlarmStep {
  const { version, state, suppression, value, note } = RAISED;
  return { version, state, suppression, value, note, change, occurredAtMs, actor };
}

function reached(journey: ReturnType<typeof journeyOf>): string {
  return journey
    .filter(({ isReached }) => isReached)
    .map(({ stage }) => stage)
    .join(" ");
}

describe("the way of a call", () => {
  it("begins with the press, before its alarm is here", () => {
    expect(reached(journeyOf(false, undefined, []))).toBe("");
    expect(reached(journeyOf(true, undefined, []))).toBe("pressed");
  });

  it("has come to the desk when the desk has its alarm", () => {
    const journey = journeyOf(true, RAISED, [step("raised", 1_000)]);
    expect(reached(journey)).toBe("pressed raised delivered");
    expect(journey.map(({ atMs }) => atMs)).toEqual([1_000, 1_000, undefined, undefined, undefined]);
  });

  it("says who acknowledged, and when it ended", () => {
    const steps = [step("raised", 1_000), step("acknowledged", 5_000, "王伟")];
    const held = journeyOf(true, { ...RAISED, state: "active-acknowledged" }, steps);
    expect(reached(held)).toBe("pressed raised delivered acknowledged");
    expect(held[3]).toMatchObject({ atMs: 5_000, by: "王伟" });
    const over = journeyOf(false, { ...RAISED, state: "normal", occurredAtMs: 9_000 }, steps);
    expect(reached(over)).toBe("pressed raised delivered acknowledged resolved");
    expect(over[4]).toMatchObject({ atMs: 9_000 });
  });

  it("knows that it was acknowledged before the steps were read", () => {
    expect(reached(journeyOf(true, { ...RAISED, state: "active-acknowledged" }, []))).toContain("acknowledged");
  });
});

describe("how a call stands", () => {
  it.each([
    ["off", undefined, "atRest"],
    ["unknown", undefined, "unknown"],
    ["on", undefined, "calling"],
    ["on", "normal", "calling"],
    ["off", "active-unacknowledged", "waiting"],
    ["unknown", "active-unacknowledged", "waiting"],
    ["off", "cleared-unacknowledged", "waiting"],
    ["off", "active-acknowledged", "acknowledged"],
    ["off", "normal", "atRest"],
  ] as const)("let go or not: %s with an alarm %s is %s", (call, state, standing) => {
    expect(standingOf(call, state === undefined ? undefined : { state })).toBe(standing);
  });
});

it("finds the newest alarm of one point", () => {
  const older = { ...RAISED, raisedAtMs: 1 };
  const other = { ...RAISED, raisedAtMs: 9_000, pointId: "tamper" };
  expect(newestOf([older, other, RAISED], "button-1", "pressed")).toBe(RAISED);
  expect(newestOf([older], "button-2", "pressed")).toBeUndefined();
});
