import type { AlarmRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { alarmStep } from "../testing/alarm-step.ts";
import { stepChain, type ChainInput, type ChainState } from "./escalation-plan.ts";

const CHAIN = {
  steps: [
    { who: ["li"], actions: ["sms-li"], answerWithinMs: 60_000 },
    { who: ["wang"], actions: ["sms-wang"], answerWithinMs: 120_000 },
  ],
  repeats: 1,
  endsWhenCleared: false,
};
const OCCURRENCE = "a".repeat(32);
const NOW = 1_000;

function alarm(
  state: AlarmRecord["state"],
  change: AlarmRecord["change"] = "raised",
  more: Partial<AlarmRecord> = {},
): ChainInput {
  return { kind: "alarm", record: { ...alarmStep(change, state, 1), ...more }, nowMs: NOW };
}
const tick = (nowMs: number): ChainInput => ({ kind: "tick", nowMs });
const at = (step: number, round: number, dueMs: number | undefined = 5_000): ChainState => ({
  occurrenceId: OCCURRENCE,
  step,
  round,
  dueMs,
});
const shelved = { kind: "shelved", by: "desk", reason: "repair", untilMs: 9 } as const;

function summary(state: ChainState | undefined, input: ChainInput, chain: typeof CHAIN = CHAIN): string {
  const { state: next, effect } = stepChain(chain, state, input);
  const place = next === undefined ? "nobody" : `${next.round}.${next.step} until ${next.dueMs ?? "-"}`;
  return effect === undefined ? place : `${place} → ${effect}`;
}

describe("who must answer next", () => {
  const table: [string, ChainState | undefined, ChainInput, string][] = [
    ["an alarm begins", undefined, alarm("active-unacknowledged"), "0.0 until 61000 → ask"],
    [
      "it clears by itself before anybody answered",
      at(0, 0),
      alarm("cleared-unacknowledged", "cleared"),
      "0.0 until 5000",
    ],
    [
      "it was cleared already at a restart",
      undefined,
      alarm("cleared-unacknowledged", "cleared"),
      "0.0 until 61000 → ask",
    ],
    ["it comes again while somebody is asked", at(1, 0), alarm("active-unacknowledged", "re-raised"), "0.1 until 5000"],
    ["somebody acknowledges", at(1, 0), alarm("active-acknowledged", "acknowledged"), "nobody → end"],
    ["somebody acknowledges what had cleared", at(1, 0), alarm("normal", "acknowledged"), "nobody → end"],
    ["it is shelved", at(0, 0), alarm("active-unacknowledged", "shelved", { suppression: shelved }), "nobody → end"],
    [
      "it is raised while shelved",
      undefined,
      alarm("active-unacknowledged", "raised", { suppression: shelved }),
      "nobody",
    ],
    ["its shelf ends", undefined, alarm("active-unacknowledged", "unshelved"), "0.0 until 61000 → ask"],
    ["it is a test", undefined, alarm("active-unacknowledged", "raised", { isTest: true }), "nobody"],
    ["it is one of a flood", undefined, alarm("active-unacknowledged", "raised", { flood: "station" }), "nobody"],
    [
      "another occurrence begins",
      { ...at(1, 1), occurrenceId: "b".repeat(32) },
      alarm("active-unacknowledged"),
      "0.0 until 61000 → ask",
    ],
    ["the time is not over", at(0, 0), tick(4_999), "0.0 until 5000"],
    ["the first did not answer", at(0, 0), tick(5_000), "0.1 until 125000 → ask"],
    ["the last did not answer: round again", at(1, 0), tick(5_000), "1.0 until 65000 → ask"],
    ["nobody answered in the last round", at(1, 1), tick(5_000), "1.1 until - → unanswered"],
    ["nobody has answered", at(1, 1, undefined), tick(99_000), "1.1 until - "],
    [
      "an unanswered one comes again",
      { ...at(1, 1), dueMs: undefined },
      alarm("active-unacknowledged", "re-raised"),
      "0.0 until 61000 → ask",
    ],
    [
      "an unanswered one is answered after all",
      { ...at(1, 1), dueMs: undefined },
      alarm("active-acknowledged", "acknowledged"),
      "nobody → end",
    ],
    ["nothing stands", undefined, tick(5_000), "nobody"],
  ];
  it.each(table)("%s", (what, state, input, expected) => {
    const before = what === "nobody has answered" && state !== undefined ? { ...state, dueMs: undefined } : state;
    expect(summary(before, input)).toBe(expected.trimEnd());
  });

  it("asks nobody any more about what has cleared, where the chain says so", () => {
    const chain = { ...CHAIN, endsWhenCleared: true };
    expect(summary(at(0, 0), alarm("cleared-unacknowledged", "cleared"), chain)).toBe("nobody → end");
    expect(summary(undefined, alarm("cleared-unacknowledged", "cleared"), chain)).toBe("nobody");
  });

  it("an alarm that stands comes to its end: every step of every round is asked, then it is unanswered", () => {
    let state = stepChain(CHAIN, undefined, alarm("active-unacknowledged")).state;
    const asked: string[] = ["0.0"];
    while (state?.dueMs !== undefined) {
      const step = stepChain(CHAIN, state, tick(state.dueMs));
      state = step.state;
      if (step.effect === "ask") asked.push(`${state?.round}.${state?.step}`);
    }
    expect(asked).toEqual(["0.0", "0.1", "1.0", "1.1"]);
  });
});
