import { describe, expect, it } from "vitest";

import {
  newButton,
  nextDueMs,
  readingsOf,
  stepButton,
  type ButtonInput,
  type ButtonState,
  type LifeTimes,
} from "./button-life.ts";

const times: LifeTimes = { momentaryMs: 5_000, testForMs: 600_000, stuckAfterMs: 30_000, batteryLowPercent: 20 };
const NOW_MS = 100_000;

/** Every phase a press can be in, with and without a test. */
const phases = {
  idle: newButton,
  "idle in test": { ...newButton, testUntilMs: NOW_MS + 1_000 },
  momentary: { ...newButton, press: { kind: "momentary", isTest: false, untilMs: NOW_MS + 1_000 } },
  "momentary, test begun since": {
    ...newButton,
    testUntilMs: NOW_MS + 1_000,
    press: { kind: "momentary", isTest: false, untilMs: NOW_MS + 1_000 },
  },
  "test press": {
    ...newButton,
    testUntilMs: NOW_MS + 1_000,
    press: { kind: "momentary", isTest: true, untilMs: NOW_MS + 1_000 },
  },
  held: { ...newButton, press: { kind: "held", isTest: false, sinceMs: NOW_MS - 1_000, isStuck: false } },
  "held in test": {
    ...newButton,
    testUntilMs: NOW_MS + 1_000,
    press: { kind: "held", isTest: true, sinceMs: NOW_MS - 1_000, isStuck: false },
  },
  stuck: { ...newButton, press: { kind: "held", isTest: false, sinceMs: NOW_MS - 40_000, isStuck: true } },
  cut: { ...newButton, isCut: true },
} as const satisfies Record<string, ButtonState>;
type Phase = keyof typeof phases;

const inputs = {
  press: { kind: "press", how: "momentary" },
  hold: { kind: "press", how: "held" },
  release: { kind: "release" },
  resume: { kind: "resume" },
  forget: { kind: "forget-press" },
  cut: { kind: "cut", isCut: true },
  mend: { kind: "cut", isCut: false },
  "begin test": { kind: "test", isOn: true },
  "end test": { kind: "test", isOn: false },
  tick: { kind: "tick" },
  "tick at the due time": { kind: "tick" },
} as const satisfies Record<string, ButtonInput>;
type Input = keyof typeof inputs;

/** What a state shows, in short: pressed and testPressed, stuck, test mode. */
function shown(state: ButtonState): string {
  const readings = readingsOf(state);
  const on = ["pressed", "testPressed", "stuck", "test", "cutWire"].filter((id) => {
    const reading = readings[id];
    return reading?.quality === "good" && reading.value === 1;
  });
  return on.join("+") || "nothing";
}

/** Phase, input, what is shown after it, what happened. */
const table: readonly (readonly [Phase, Input, string, string])[] = [
  ["idle", "press", "pressed", "pressed"],
  ["idle", "hold", "pressed", "pressed"],
  ["idle", "release", "nothing", ""],
  ["idle", "resume", "pressed", ""],
  ["idle", "forget", "nothing", ""],
  ["idle", "cut", "cutWire", "cut-wire"],
  ["idle", "mend", "nothing", ""],
  ["idle", "begin test", "test", "test-begun"],
  ["idle", "end test", "nothing", ""],
  ["idle", "tick", "nothing", ""],
  ["idle", "tick at the due time", "nothing", ""],
  ["idle in test", "press", "testPressed+test", "test-pressed"],
  ["idle in test", "hold", "testPressed+test", "test-pressed"],
  ["idle in test", "release", "test", ""],
  ["idle in test", "resume", "pressed+test", ""],
  ["idle in test", "forget", "test", ""],
  ["idle in test", "cut", "test+cutWire", "cut-wire"],
  ["idle in test", "mend", "test", ""],
  ["idle in test", "begin test", "test", ""],
  ["idle in test", "end test", "nothing", "test-ended"],
  ["idle in test", "tick", "test", ""],
  ["idle in test", "tick at the due time", "nothing", "test-ended"],
  ["momentary", "press", "pressed", "pressed"],
  ["momentary", "hold", "pressed", "pressed"],
  ["momentary", "release", "pressed", ""],
  ["momentary", "resume", "pressed", ""],
  ["momentary", "forget", "nothing", ""],
  ["momentary", "cut", "cutWire", "cut-wire"],
  ["momentary", "mend", "pressed", ""],
  ["momentary", "begin test", "pressed+test", "test-begun"],
  ["momentary", "end test", "pressed", ""],
  ["momentary", "tick", "pressed", ""],
  ["momentary", "tick at the due time", "nothing", ""],
  ["momentary, test begun since", "press", "pressed+test", "test-pressed"],
  ["momentary, test begun since", "hold", "pressed+test", "test-pressed"],
  ["momentary, test begun since", "release", "pressed+test", ""],
  ["momentary, test begun since", "resume", "pressed+test", ""],
  ["momentary, test begun since", "forget", "test", ""],
  ["momentary, test begun since", "cut", "test+cutWire", "cut-wire"],
  ["momentary, test begun since", "mend", "pressed+test", ""],
  ["momentary, test begun since", "begin test", "pressed+test", ""],
  ["momentary, test begun since", "end test", "pressed", "test-ended"],
  ["momentary, test begun since", "tick", "pressed+test", ""],
  ["momentary, test begun since", "tick at the due time", "nothing", "test-ended"],
  ["test press", "press", "testPressed+test", "test-pressed"],
  ["test press", "hold", "testPressed+test", "test-pressed"],
  ["test press", "release", "testPressed+test", ""],
  ["test press", "resume", "testPressed+test", ""],
  ["test press", "forget", "test", ""],
  ["test press", "cut", "test+cutWire", "cut-wire"],
  ["test press", "mend", "testPressed+test", ""],
  ["test press", "begin test", "testPressed+test", ""],
  ["test press", "end test", "testPressed", "test-ended"],
  ["test press", "tick", "testPressed+test", ""],
  ["test press", "tick at the due time", "nothing", "test-ended"],
  ["held", "press", "pressed", "pressed"],
  ["held", "hold", "pressed", ""],
  ["held", "release", "nothing", "released"],
  ["held", "resume", "pressed", ""],
  ["held", "forget", "nothing", ""],
  ["held", "cut", "cutWire", "cut-wire"],
  ["held", "mend", "pressed", ""],
  ["held", "begin test", "pressed+test", "test-begun"],
  ["held", "end test", "pressed", ""],
  ["held", "tick", "pressed", ""],
  ["held", "tick at the due time", "pressed+stuck", "stuck"],
  ["held in test", "press", "testPressed+test", "test-pressed"],
  ["held in test", "hold", "testPressed+test", ""],
  ["held in test", "release", "test", "released"],
  ["held in test", "resume", "testPressed+test", ""],
  ["held in test", "forget", "test", ""],
  ["held in test", "cut", "test+cutWire", "cut-wire"],
  ["held in test", "mend", "testPressed+test", ""],
  ["held in test", "begin test", "testPressed+test", ""],
  ["held in test", "end test", "pressed", "test-ended pressed"],
  ["held in test", "tick", "testPressed+test", ""],
  ["held in test", "tick at the due time", "pressed", "test-ended pressed"],
  ["stuck", "press", "pressed+stuck", "pressed"],
  ["stuck", "hold", "pressed+stuck", ""],
  ["stuck", "release", "nothing", "released"],
  ["stuck", "resume", "pressed+stuck", ""],
  ["stuck", "forget", "nothing", ""],
  ["stuck", "cut", "cutWire", "cut-wire"],
  ["stuck", "mend", "pressed+stuck", ""],
  ["stuck", "begin test", "pressed+stuck+test", "test-begun"],
  ["stuck", "end test", "pressed+stuck", ""],
  ["stuck", "tick", "pressed+stuck", ""],
  ["stuck", "tick at the due time", "pressed+stuck", ""],
  ["cut", "press", "cutWire", ""],
  ["cut", "hold", "cutWire", ""],
  ["cut", "release", "cutWire", ""],
  ["cut", "resume", "cutWire", ""],
  ["cut", "forget", "cutWire", ""],
  ["cut", "cut", "cutWire", ""],
  ["cut", "mend", "nothing", ""],
  ["cut", "begin test", "test+cutWire", "test-begun"],
  ["cut", "end test", "cutWire", ""],
  ["cut", "tick", "cutWire", ""],
  ["cut", "tick at the due time", "cutWire", ""],
];

describe("the life of a button", () => {
  it("has a row for every phase and input", () => {
    const rows = new Set(table.map(([phase, input]) => `${phase}/${input}`));
    expect(rows.size).toBe(Object.keys(phases).length * Object.keys(inputs).length);
  });

  it.each(table)("%s, %s: shows %s and tells [%s]", (phase, input, shownAfter, told) => {
    const state: ButtonState = phases[phase];
    const dueMs = nextDueMs(state, times);
    const nowMs = input === "tick at the due time" && Number.isFinite(dueMs) ? dueMs : NOW_MS;
    const [next, happened] = stepButton(state, inputs[input], times, nowMs);
    expect(shown(next)).toBe(shownAfter);
    expect(happened.map(({ name }) => name).join(" ")).toBe(told);
  });

  it("holds a press without a release for its time from the last press on", () => {
    const [first] = stepButton(newButton, inputs.press, times, 0);
    const [second] = stepButton(first, inputs.press, times, 4_000);
    expect(nextDueMs(second, times)).toBe(9_000);
    expect(shown(stepButton(second, inputs.tick, times, 8_999)[0])).toBe("pressed");
    expect(shown(stepButton(second, inputs.tick, times, 9_000)[0])).toBe("nothing");
  });

  it("says how long a button was held", () => {
    const [held] = stepButton(newButton, inputs.hold, times, 1_000);
    const [, happened] = stepButton(held, { kind: "release", details: { action: "off" } }, times, 3_500);
    expect(happened).toEqual([{ name: "released", details: { action: "off", heldMs: 2_500 } }]);
  });

  it("says that a wire is cut once, and gives no value of the contact at its end", () => {
    const [state] = stepButton(newButton, inputs.cut, times, 0);
    expect(readingsOf(state)["pressed"]).toEqual({
      quality: "bad",
      reason: "not-available",
      detail: "the wire is cut",
    });
    expect(stepButton(state, inputs.cut, times, 1)[1]).toEqual([]);
  });

  it("says of tampering when it begins, not that it goes on", () => {
    const [state, happened] = stepButton(newButton, { kind: "tamper", isTampered: true }, times, 0);
    expect(happened.map(({ name }) => name)).toEqual(["tamper"]);
    expect(stepButton(state, { kind: "tamper", isTampered: true }, times, 1)[1]).toEqual([]);
  });

  it.each([
    ["a charge at the limit", [{ kind: "battery", percent: 20 }], 1, 1],
    ["a charge above it", [{ kind: "battery", percent: 21 }], 0, 0],
    [
      "a charge that comes back a little",
      [
        { kind: "battery", percent: 19 },
        { kind: "battery", percent: 24 },
      ],
      1,
      1,
    ],
    [
      "a new battery",
      [
        { kind: "battery", percent: 19 },
        { kind: "battery", percent: 95 },
      ],
      0,
      1,
    ],
    ["the button's own word against the charge", [{ kind: "battery", percent: 60, isLow: true }], 1, 1],
    ["its own word that all is well", [{ kind: "battery", percent: 10, isLow: false }], 0, 0],
    ["no charge to report", [{ kind: "battery", percent: "none" }], 0, 0],
  ] as const)("judges %s", (_, reports: readonly ButtonInput[], isLow, told) => {
    let state = newButton;
    let count = 0;
    for (const report of reports) {
      const [next, happened] = stepButton(state, report, times, 0);
      state = next;
      count += happened.length;
    }
    expect(readingsOf(state)["batteryLow"]).toEqual({ quality: "good", value: isLow });
    expect(count).toBe(told);
  });

  it("knows nothing that it was not told", () => {
    const readings = readingsOf(newButton);
    const unknown = Object.keys(readings).filter((id) => readings[id]?.quality === "bad");
    expect(unknown).toEqual(["cutWire", "tamper", "battery", "batteryLow", "linkQuality"]);
  });
});
