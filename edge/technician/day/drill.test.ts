import type { AlarmRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import { beginDrill, stepDrill, type Drill, type DrillInput, type DrillPlan } from "./drill.ts";

const PLAN: DrillPlan = {
  ruleId: "help",
  source: { deviceId: "button", pointId: "pressed" },
  feedback: [{ deviceId: "station", pointId: "siren", value: 1 }],
  hasUplink: true,
};
const T = 1_700_000_000_000;

function reading(deviceId: string, pointId: string, value: number | null, atMs: number): DrillInput {
  return { kind: "reading", deviceId, pointId, value, atMs };
}

function alarm(change: AlarmRecord["change"], atMs: number, more: Partial<AlarmRecord> = {}): DrillInput {
  const record: AlarmRecord = {
    kind: "alarm",
    occurrenceId: "a".repeat(32),
    version: 1,
    ruleId: "help",
    deviceId: "button",
    pointId: "pressed",
    priority: "critical",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change,
    message: { zh: "呼救", en: "Help" },
    value: 1,
    raisedAtMs: atMs,
    occurredAtMs: atMs,
    clockConfidence: "plausible",
    ...more,
  };
  return { kind: "alarm", record };
}

function after(inputs: readonly DrillInput[], plan = PLAN): Drill {
  return inputs.reduce(stepDrill, beginDrill(plan, "Li", T));
}

const idle = [reading("button", "pressed", 0, T), reading("station", "siren", 0, T)];
const pressed = [
  { kind: "acted", latencyMs: 1.24, atMs: T + 1_001 } as const,
  alarm("raised", T + 1_001),
  reading("button", "pressed", 1, T + 1_000),
];

describe("a drill", () => {
  it("waits while nothing happens", () => {
    expect(after(idle).view).toMatchObject({ state: "waiting", steps: {}, missing: [] });
  });

  it("sees the button, the alarm and the siren's write in one turn", () => {
    expect(after([...idle, ...pressed]).view).toMatchObject({
      state: "waiting",
      occurrenceId: "a".repeat(32),
      version: 1,
      steps: {
        pressed: { atMs: T + 1_001, detail: "1" },
        raised: { atMs: T + 1_001, detail: "critical" },
        written: { atMs: T + 1_001, detail: "1.2 ms" },
      },
    });
  });

  it("is done when the siren follows, the fleet has it and somebody has acknowledged", () => {
    const { view } = after([
      ...idle,
      ...pressed,
      reading("station", "siren", 1, T + 1_400),
      { kind: "told", atMs: T + 2_000 },
      alarm("acknowledged", T + 5_000, { version: 2, actor: "Li", state: "active-acknowledged" }),
    ]);
    expect(view.state).toBe("done");
    expect(view.version).toBe(2);
    expect(view.steps.feedback).toEqual({ atMs: T + 1_400, detail: "station siren" });
    expect(view.steps.acknowledged).toEqual({ atMs: T + 5_000, detail: "Li" });
  });

  it("is done without what the site does not have", () => {
    const plan = { ...PLAN, feedback: [], hasUplink: false };
    const { view } = after([...idle, ...pressed, alarm("acknowledged", T + 5_000, { actor: "Li" })], plan);
    expect(view.missing).toEqual(["written", "feedback", "told"]);
    expect(view.state).toBe("done");
    expect(view.steps.written).toBeUndefined();
  });

  it.each<[string, DrillInput[]]>([
    ["another rule's alarm", [alarm("raised", T + 1_000, { ruleId: "level" })]],
    ["another alarm's write", [{ kind: "acted", latencyMs: 1, atMs: T - 60_000 }, alarm("raised", T + 1_000)]],
    ["a siren that sounded before the alarm", [reading("station", "siren", 1, T + 1)]],
    ["the fleet's having nothing to wait for before the alarm", [{ kind: "told", atMs: T + 1 }]],
    ["a value that stays", [reading("button", "pressed", 0, T + 1)]],
    ["a value nobody knows", [reading("button", "pressed", null, T + 1)]],
  ])("does not take %s for its own", (_, inputs) => {
    const { steps } = after([...idle, ...inputs]).view;
    for (const step of ["written", "feedback", "told"] as const) expect(steps[step]).toBeUndefined();
    expect(steps.pressed === undefined).toBe(steps.raised === undefined);
  });

  it("keeps what it saw first", () => {
    const { view } = after([...idle, ...pressed, alarm("re-raised", T + 9_000)]);
    expect(view.steps.raised?.atMs).toBe(T + 1_001);
  });

  it("sees nothing more once it has ended", () => {
    const drill = after(idle);
    const ended: Drill = { ...drill, view: { ...drill.view, state: "ended" } };
    expect(stepDrill(ended, alarm("raised", T))).toBe(ended);
  });
});
