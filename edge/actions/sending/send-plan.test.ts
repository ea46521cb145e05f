import { describe, expect, it } from "vitest";

import {
  beginSending,
  MAX_ATTEMPTS,
  MAX_UNCERTAIN,
  NOTE_WITHIN_MS,
  resumeSending,
  stepSending,
  type SendInput,
  type SendState,
} from "./send-plan.ts";

const at = (phase: SendState["phase"], more: Partial<SendState> = {}): SendState => ({
  phase,
  attempts: 1,
  uncertain: 0,
  dueMs: 10_000,
  ...more,
});
const failed = { kind: "failed", reason: "no network" } as const;
const uncertain = { kind: "uncertain", reason: "no answer" } as const;

describe("one message", () => {
  const table: [string, SendState, SendInput, string][] = [
    ["its intent is on the disk", at("noting"), { kind: "noted", nowMs: 1 }, "trying 1 → try"],
    ["the disk takes too long", at("noting"), { kind: "tick", nowMs: 10_000 }, "trying 1 → try"],
    ["the disk still has time", at("noting"), { kind: "tick", nowMs: 9_999 }, "noting 1"],
    ["the disk answers late", at("trying"), { kind: "noted", nowMs: 1 }, "trying 1"],
    ["it arrived", at("trying"), { kind: "ended", outcome: { kind: "sent" }, nowMs: 1 }, "sent 1 → tell"],
    ["it did not arrive", at("trying"), { kind: "ended", outcome: failed, nowMs: 1 }, "waiting 1"],
    ["nobody knows", at("trying"), { kind: "ended", outcome: uncertain, nowMs: 1 }, "waiting 1"],
    ["the wait is over: noted anew, and counted", at("waiting"), { kind: "tick", nowMs: 10_000 }, "noting 2 → note"],
    ["the wait is not over", at("waiting"), { kind: "tick", nowMs: 9_999 }, "waiting 1"],
    [
      "it can never arrive",
      at("trying"),
      { kind: "ended", outcome: { ...failed, isFinal: true }, nowMs: 1 },
      "given-up 1 → tell",
    ],
    [
      "the last try fails",
      at("trying", { attempts: MAX_ATTEMPTS }),
      { kind: "ended", outcome: failed, nowMs: 1 },
      `given-up ${MAX_ATTEMPTS} → tell`,
    ],
    [
      "nobody knew too often",
      at("trying", { uncertain: MAX_UNCERTAIN - 1 }),
      { kind: "ended", outcome: uncertain, nowMs: 1 },
      "given-up 1 → tell",
    ],
    ["it is over", at("sent"), { kind: "tick", nowMs: 99_999 }, "sent 1"],
  ];
  it.each(table)("%s", (_, state, input, expected) => {
    const step = stepSending(state, input);
    const effect = step.effect === undefined ? "" : ` → ${step.effect}`;
    expect(`${step.state.phase} ${step.state.attempts}${effect}`).toBe(expected);
  });

  it("begins by being written down", () => {
    expect(beginSending(5)).toEqual({
      state: { phase: "noting", attempts: 1, uncertain: 0, dueMs: 5 + NOTE_WITHIN_MS },
      effect: "note",
    });
  });

  it("waits longer from try to try, a minute at most", () => {
    const waits = [1, 2, 3, 4, 5, 6, 12].map(
      (attempts) =>
        stepSending(at("trying", { attempts }), { kind: "ended", outcome: failed, nowMs: 0 }).state.dueMs / 1_000,
    );
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60]);
  });
});

describe("after a restart", () => {
  it.each([
    ["trying", "waiting", 1],
    ["noting", "waiting", 1],
    ["waiting", "waiting", 0],
    ["sent", "sent", 0],
    ["given-up", "given-up", 0],
  ] as const)("%s goes on as %s: what may have arrived is sent again and counted", (was, is, unknown) => {
    expect(resumeSending(at(was), 7)).toEqual({ phase: is, attempts: 1, uncertain: unknown, dueMs: 7 });
  });
});
