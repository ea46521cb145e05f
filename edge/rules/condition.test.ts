import { describe, expect, it } from "vitest";

import type { ComparatorInput } from "./comparator.ts";
import { nextDueMs, startCondition, stepCondition, type Phase } from "./condition.ts";
import type { Rule } from "./rule.ts";

type Timing = Pick<Rule, "comparator" | "onDelayMs" | "offDelayMs">;
const level = (onDelayMs: number, offDelayMs: number): Timing => ({
  comparator: { kind: "threshold", is: "above", limit: 3, deadband: 0 },
  onDelayMs,
  offDelayMs,
});

type Step = readonly [atMs: number, value: number | null | "tick"];

function input([nowMs, value]: Step): ComparatorInput {
  return value === "tick" ? { kind: "tick", nowMs } : { kind: "reading", value, nowMs };
}

/** Runs steps and says, for each that changed something, when and what. */
function run(rule: Timing, steps: readonly Step[], phase?: Phase): [number, string][] {
  let state = startCondition(rule, 0, phase);
  const changes: [number, string][] = [];
  for (const step of steps) {
    const result = stepCondition(rule, state, input(step));
    state = result.state;
    if (result.change !== undefined) changes.push([step[0], result.change]);
  }
  return changes;
}

describe("delays", () => {
  it.each<[string, Timing, Step[], [number, string][]]>([
    [
      "without delays follow the reading",
      level(0, 0),
      [
        [1, 4],
        [2, 2],
        [3, 4],
      ],
      [
        [1, "raise"],
        [2, "clear"],
        [3, "raise"],
      ],
    ],
    [
      "raise when the on-delay has passed",
      level(100, 0),
      [
        [0, 4],
        [99, "tick"],
        [100, "tick"],
      ],
      [[100, "raise"]],
    ],
    [
      "raise at a reading as well as at a tick",
      level(100, 0),
      [
        [0, 4],
        [150, 4],
      ],
      [[150, "raise"]],
    ],
    [
      "begin anew when the value was back",
      level(100, 0),
      [
        [0, 4],
        [50, 2],
        [60, 4],
        [120, "tick"],
        [160, "tick"],
      ],
      [[160, "raise"]],
    ],
    [
      "clear when the off-delay has passed",
      level(0, 100),
      [
        [0, 4],
        [10, 2],
        [109, "tick"],
        [110, "tick"],
      ],
      [
        [0, "raise"],
        [110, "clear"],
      ],
    ],
    [
      "do not clear when the value came back meanwhile",
      level(0, 100),
      [
        [0, 4],
        [10, 2],
        [60, 4],
        [200, "tick"],
      ],
      [[0, "raise"]],
    ],
    [
      "do not raise on a value that went bad meanwhile",
      level(100, 0),
      [
        [0, 4],
        [50, null],
        [150, "tick"],
      ],
      [],
    ],
    [
      "raise at the next good value after that",
      level(100, 0),
      [
        [0, 4],
        [50, null],
        [150, "tick"],
        [160, 4],
      ],
      [[160, "raise"]],
    ],
    [
      "forget it if that good value is normal",
      level(100, 0),
      [
        [0, 4],
        [50, null],
        [160, 2],
        [400, "tick"],
      ],
      [],
    ],
    [
      "do not clear on a value that went bad meanwhile",
      level(0, 100),
      [
        [0, 4],
        [10, 2],
        [50, null],
        [150, "tick"],
      ],
      [[0, "raise"]],
    ],
    [
      "clear at the next good value after that",
      level(0, 100),
      [
        [0, 4],
        [10, 2],
        [50, null],
        [160, 2],
      ],
      [
        [0, "raise"],
        [160, "clear"],
      ],
    ],
    [
      "never raise on bad values alone",
      level(0, 0),
      [
        [0, null],
        [1_000, "tick"],
        [2_000, null],
      ],
      [],
    ],
  ])("%s", (_, rule, steps, expected) => {
    expect(run(rule, steps)).toEqual(expected);
  });
});

describe("a restored condition", () => {
  it("goes on with its on-delay, but waits for a good value before it raises", () => {
    const phase = { kind: "arming", dueMs: 40 } as const;
    expect(
      run(
        level(100, 0),
        [
          [50, "tick"],
          [60, 4],
        ],
        phase,
      ),
    ).toEqual([[60, "raise"]]);
  });

  it("stays raised until a good value says otherwise", () => {
    expect(
      run(
        level(0, 0),
        [
          [10, null],
          [20, "tick"],
          [30, 4],
        ],
        { kind: "on" },
      ),
    ).toEqual([]);
    expect(
      run(
        level(0, 0),
        [
          [10, null],
          [30, 2],
        ],
        { kind: "on" },
      ),
    ).toEqual([[30, "clear"]]);
  });
});

describe("nextDueMs", () => {
  it("is the end of a delay that time alone can end", () => {
    const rule = level(100, 200);
    let { state } = stepCondition(rule, startCondition(rule, 0), input([10, 4]));
    expect(nextDueMs(rule, state)).toBe(110);
    ({ state } = stepCondition(rule, state, input([20, null])));
    expect(nextDueMs(rule, state)).toBeUndefined();
    ({ state } = stepCondition(rule, state, input([120, 4])));
    expect(nextDueMs(rule, state)).toBeUndefined();
    ({ state } = stepCondition(rule, state, input([130, 2])));
    expect(nextDueMs(rule, state)).toBe(330);
  });

  it("is the instant a value turns stale, and then the end of the on-delay", () => {
    const rule: Timing = { comparator: { kind: "stale", afterMs: 1_000 }, onDelayMs: 50, offDelayMs: 0 };
    const start = startCondition(rule, 10);
    expect(nextDueMs(rule, start)).toBe(1_010);
    const { state } = stepCondition(rule, start, input([1_010, "tick"]));
    expect(nextDueMs(rule, state)).toBe(1_060);
    expect(stepCondition(rule, state, input([1_060, "tick"])).change).toBe("raise");
  });
});
