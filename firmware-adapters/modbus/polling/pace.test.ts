import { describe, expect, it } from "vitest";

import { STARTING, deviceState, isProbed, judgeRound } from "./health.ts";
import type { Health, RoundResult } from "./health.ts";
import { startSchedule, takeDue, untilDueMs } from "./schedule.ts";

describe("the schedule", () => {
  const start = startSchedule({ fast: { everyMs: 100 }, slow: { everyMs: 1_000 } }, 5_000);

  it("begins with everything, then keeps each group's beat", () => {
    const [first, all] = takeDue(start, 5_000);
    expect(all).toEqual(["fast", "slow"]);
    expect(untilDueMs(first, 5_000)).toBe(100);
    expect(takeDue(first, 5_099)[1]).toEqual([]);
    expect(takeDue(first, 5_100)[1]).toEqual(["fast"]);
    expect(takeDue(first, 6_000)[1]).toEqual(["fast", "slow"]);
  });

  it("leaves missed beats out and stays on the beat", () => {
    const [late] = takeDue(takeDue(start, 5_000)[0], 5_450);
    expect(untilDueMs(late, 5_450)).toBe(50);
    expect(untilDueMs(late, 6_500)).toBe(0);
  });
});

const answered: RoundResult = { kind: "answered" };
const refused: RoundResult = { kind: "refused", detail: "exception 4" };
const gone = (reason: "timeout" | "bad-frame" | "link-down"): RoundResult => ({
  kind: "gone",
  reason,
  detail: "why",
});
const after = (...results: RoundResult[]): Health => results.reduce(judgeRound, STARTING);

describe("a device's health", () => {
  it.each<[string, RoundResult[], string, string | undefined, boolean]>([
    ["nothing yet", [], "starting", undefined, false],
    ["an answer", [answered], "online", "online", false],
    ["silence", [gone("timeout")], "lost", "offline", true],
    ["a link that is down", [answered, gone("link-down")], "lost", "offline", true],
    ["garbage only", [answered, gone("bad-frame")], "garbled", "fault", true],
    ["two rounds of refusals", [answered, refused, refused], "online", "online", false],
    ["three rounds of refusals", [answered, refused, refused, refused], "refusing", "fault", false],
    ["refusals with an answer between them", [refused, refused, answered, refused], "online", "online", false],
    ["refusals at start-up", [refused, refused, refused], "refusing", "fault", false],
    ["a refusal where there was silence", [gone("timeout"), refused], "refusing", "fault", false],
    ["an answer after refusals", [refused, refused, refused, answered], "online", "online", false],
    ["an answer after silence", [gone("timeout"), answered], "online", "online", false],
    ["silence, then garbage", [gone("timeout"), gone("bad-frame")], "garbled", "fault", true],
  ])("after %s", (_, results, phase, state, probed) => {
    const health = after(...results);
    expect([health.phase, deviceState(health), isProbed(health)]).toEqual([phase, state, probed]);
  });

  it("says why, and knows a link that is down from a unit that is silent", () => {
    expect(after(gone("link-down"))).toMatchObject({ isLinkDown: true, detail: "link-down: why" });
    expect(after(gone("timeout"))).toMatchObject({ isLinkDown: false, detail: "timeout: why" });
  });
});
