import type { BatchRow } from "@outpost/wire/batch.ts";
import { STREAMS } from "@outpost/wire/streams.ts";
import { describe, expect, it } from "vitest";

import { DrainPlan, type Lane } from "./drain-plan.ts";
import { MAX_PACED_BATCH_BYTES, MIN_BATCH_BYTES, nextBatchBytes } from "./pace.ts";

const OLD = "a".repeat(32);
const CURRENT = "b".repeat(32);

const name = (lane: Lane | undefined): string =>
  lane === undefined ? "nothing" : `${lane.stream} ${lane.kind} ${lane.epoch.slice(0, 1)}`;

function rows(from: number, through: number): BatchRow[] {
  return Array.from({ length: through - from + 1 }, (_, n) => ({ sequence: from + n, recordedAtMs: 0, body: "{}" }));
}

/** Takes the next lane as one found empty. */
function take(plan: DrainPlan): Lane {
  const lane = plan.next();
  if (lane === undefined) throw new Error("no lane");
  plan.sent(lane, [], 0, 0);
  return lane;
}

/** Takes lanes off the plan as if each were found empty. */
function order(plan: DrainPlan): string[] {
  const names: string[] = [];
  for (let lane = plan.next(); lane !== undefined; lane = plan.next()) {
    names.push(name(lane));
    plan.sent(lane, [], 0, 0);
  }
  return names;
}

describe("DrainPlan", () => {
  it("sends alarms first, then what happens now, then the backlog, each by the streams' order, old epochs first", () => {
    const plan = new DrainPlan(
      [
        { epoch: OLD, nextSequences: { alarm: 2, measurement: 9 } },
        { epoch: CURRENT, nextSequences: { alarm: 5, occurrence: 3, measurement: 100 } },
      ],
      [],
    );
    expect(order(plan)).toEqual([
      "alarm live b",
      "alarm backlog a",
      "alarm backlog b",
      "result live b",
      "occurrence live b",
      "measurement live b",
      "evidence live b",
      "occurrence backlog b",
      "measurement backlog a",
      "measurement backlog b",
    ]);
  });

  it("ends the backlog where the live lane begins, and the live lane nowhere", () => {
    const plan = new DrainPlan([{ epoch: CURRENT, nextSequences: { alarm: 5 } }], []);
    const [live, backlog] = [take(plan), take(plan)];
    expect([name(live), live.after, live.through]).toEqual(["alarm live b", 4, Number.MAX_SAFE_INTEGER]);
    expect([name(backlog), backlog.after, backlog.through]).toEqual(["alarm backlog b", 0, 4]);
  });

  it("sends what the fleet held already first and alone, until it has answered for all of it", () => {
    const epochs = [{ epoch: CURRENT, nextSequences: { alarm: 5, measurement: 100 } }];
    const plan = new DrainPlan(epochs, [
      { epoch: CURRENT, stream: "measurement", intervals: [[1, 40]] },
      { epoch: CURRENT, stream: "alarm", intervals: [[1, 900]] },
    ]);
    const alarms = take(plan);
    expect([name(alarms), alarms.through]).toEqual(["alarm overlap b", 4]);
    const overlap = plan.next();
    if (overlap === undefined) throw new Error("no lane");
    expect([name(overlap), overlap.after, overlap.through]).toEqual(["measurement overlap b", 0, 40]);
    plan.sent(overlap, rows(30, 40), 100, 0);
    plan.sent(overlap, [], 0, 0);
    expect([name(plan.next()), plan.isReconciling()]).toEqual(["nothing", true]);
    plan.answered(CURRENT, "measurement", [[1, 40]], 1);
    expect([name(plan.next()), plan.isReconciling()]).toEqual(["alarm live b", false]);
    expect(order(plan)).toContain("measurement backlog b");
  });

  it("looks at a live lane again only when its stream was written", () => {
    const plan = new DrainPlan([{ epoch: CURRENT, nextSequences: {} }], []);
    expect(order(plan)).toHaveLength(STREAMS.length);
    plan.written(["occurrence"]);
    expect(order(plan)).toEqual(["occurrence live b"]);
  });

  it("keeps places for alarms and live records however much backlog is under way", () => {
    const plan = new DrainPlan([{ epoch: CURRENT, nextSequences: { measurement: 1_000 } }], []);
    for (const _ of STREAMS) {
      const lane = plan.next();
      if (lane !== undefined) plan.sent(lane, [], 0, 0);
    }
    for (let batch = 0; batch < 4; batch += 1) {
      const lane = plan.next();
      if (lane === undefined) throw new Error("no lane");
      expect(name(lane)).toBe("measurement backlog b");
      plan.sent(lane, rows(batch * 10 + 1, batch * 10 + 10), 100, 0);
    }
    expect(name(plan.next())).toBe("nothing");
    plan.written(["alarm"]);
    expect(name(plan.next())).toBe("alarm live b");
  });

  it("counts a batch as answered once every sequence of it is, in whatever pieces", () => {
    const plan = new DrainPlan([{ epoch: CURRENT, nextSequences: { alarm: 20 } }], []);
    plan.written([]);
    const live = plan.next();
    if (live === undefined) throw new Error("no lane");
    plan.sent(live, [], 0, 0);
    const backlog = plan.next();
    if (backlog === undefined) throw new Error("no lane");
    plan.sent(backlog, rows(1, 5), 500, 1_000);
    plan.sent(backlog, rows(6, 9), 400, 1_100);
    expect(backlog.after).toBe(9);
    expect(plan.oldestFlightMs(1_500)).toBe(500);
    expect(plan.answered(CURRENT, "alarm", [[1, 3]], 1_500)).toEqual([]);
    expect(plan.answered(OLD, "alarm", [[4, 5]], 1_500)).toEqual([]);
    expect(plan.answered(CURRENT, "alarm", [[4, 7]], 1_500)).toEqual([{ bytes: 500, tookMs: 500 }]);
    expect(plan.answered(CURRENT, "alarm", [[8, 9]], 1_600)).toEqual([{ bytes: 400, tookMs: 500 }]);
    expect(plan.oldestFlightMs(9_000)).toBe(0);
  });
});

describe("nextBatchBytes", () => {
  it.each([
    ["a fast full batch doubles it", 64_000, 60_000, 100, 128_000],
    ["a fast small batch says nothing", 64_000, 900, 5, 64_000],
    ["a middling round trip keeps it", 64_000, 60_000, 800, 64_000],
    ["a slow round trip halves it", 64_000, 60_000, 2_000, 32_000],
    ["never above the maximum", MAX_PACED_BATCH_BYTES, MAX_PACED_BATCH_BYTES, 1, MAX_PACED_BATCH_BYTES],
    ["never below the minimum", MIN_BATCH_BYTES, 1, 60_000, MIN_BATCH_BYTES],
  ])("%s", (_, batchBytes, sentBytes, roundTripMs, expected) => {
    expect(nextBatchBytes(batchBytes, sentBytes, roundTripMs)).toBe(expected);
  });
});
