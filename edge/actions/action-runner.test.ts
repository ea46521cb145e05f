import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import type { ActionSettings } from "@outpost/wire/site.ts";
import { describe, expect, it } from "vitest";

import type { Rule } from "../rules/rule.ts";
import { ActionRunner } from "./action-runner.ts";
import { alarmStep } from "./testing/alarm-step.ts";
import { senderOnPaper } from "./testing/sender-on-paper.ts";

const SIREN = { id: "siren", kind: "hold-point", device: "station", point: "siren", active: 1, idle: 0 } as const;
const NOTE: ActionSettings = { id: "note", kind: "log" };

function rule(id: string, actions = ["siren", "note"]): Rule {
  return {
    id,
    priority: "critical",
    message: { zh: "水位过高", en: "Level is high" },
    onDelayMs: 0,
    offDelayMs: 0,
    isLatched: false,
    actions,
    source: undefined,
    comparator: { kind: "fact" },
    outOfService: undefined,
  };
}

/** A runner whose device answers what `answer` says, at once. */
function createRunner(
  answer: (command: DeviceCommand) => CommandOutcome = () => ({ kind: "done", before: 0, after: 1 }),
) {
  const clock = new ManualClock({ monotonicMs: 1_000 });
  const writes: [string, number][] = [];
  const lines: string[] = [];
  const failing: boolean[] = [];
  const latencies: number[] = [];
  const runner = new ActionRunner({
    clock,
    log: { ...silentLog, warn: (line) => lines.push(line), info: (line) => lines.push(line) },
    execute: async (deviceId, command) => {
      if (command.kind === "write") writes.push([`${deviceId}/${command.pointId}`, command.value]);
      expect(command).toMatchObject({ priority: "alarm" });
      return await Promise.resolve(answer(command));
    },
    onFailing: (_, isFailing) => failing.push(isFailing),
    onActed: (latencyMs) => latencies.push(latencyMs),
    sender: senderOnPaper({ clock }).sender,
  });
  runner.setActions([SIREN, NOTE]);
  return { runner, clock, writes, lines, failing, latencies };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("hold-point", () => {
  it("hands the write to the device in the very turn in which the alarm calls", () => {
    const { runner, writes, latencies } = createRunner();
    runner.onCalling(rule("high"), true, 995);
    expect(writes).toEqual([["station/siren", 1]]);
    expect(latencies).toEqual([5]);
  });

  it("stays active until the last of several alarms lets go", async () => {
    const { runner, writes } = createRunner();
    runner.onCalling(rule("high"), true, 0);
    runner.onCalling(rule("float"), true, 0);
    await settled();
    runner.onCalling(rule("high"), false, 0);
    await settled();
    expect(writes).toEqual([["station/siren", 1]]);
    runner.onCalling(rule("float"), false, 0);
    expect(writes).toEqual([
      ["station/siren", 1],
      ["station/siren", 0],
    ]);
  });

  it("tries again until the device takes it, and says when it takes too long", async () => {
    let isBroken = true;
    const refused = { kind: "refused", reason: "device-offline", detail: "" } as const;
    const { runner, clock, writes, failing } = createRunner(() =>
      isBroken ? refused : { kind: "done", before: 0, after: 1 },
    );
    const stop = new AbortController();
    const running = runner.run(stop.signal);
    runner.onCalling(rule("high"), true, 0);
    await clock.advance(6_000);
    expect(writes.length).toBeGreaterThan(3);
    expect(failing).toEqual([true]);
    isBroken = false;
    await clock.advance(11_000);
    expect(failing).toEqual([true, false]);
    const before = writes.length;
    await clock.advance(60_000);
    expect(writes.length).toBe(before);
    stop.abort();
    await running;
  });

  it("survives a device that throws", async () => {
    const { runner, writes } = createRunner(() => {
      throw new Error("boom");
    });
    runner.onCalling(rule("high"), true, 0);
    await settled();
    expect(writes).toHaveLength(1);
  });

  it("is asserted again when the device comes back and when it shows something else", async () => {
    const { runner, clock, writes } = createRunner();
    runner.onCalling(rule("high"), true, 0);
    await settled();
    await clock.advance(5_000);
    const { wallMs, monotonicMs, confidence } = clock.now();
    const time = { occurredAtMs: wallMs, monotonicMs, clockConfidence: confidence };
    const online: DeviceEvent = { kind: "status", deviceId: "station", state: "online", reason: "", ...time };
    runner.accept({ ...online, deviceId: "other" });
    expect(writes).toHaveLength(1);
    runner.accept(online);
    expect(writes).toHaveLength(2);
    await settled();
    await clock.advance(5_000);
    const shown = { ...time, monotonicMs: clock.monotonicMs() };
    const reading = { quality: "good", value: 0 } as const;
    runner.accept({
      kind: "measurement",
      deviceId: "station",
      pointId: "siren",
      unit: "",
      reading,
      isReportable: false,
      ...shown,
    });
    expect(writes).toHaveLength(3);
  });
});

describe("siren-pattern", () => {
  const HORN = { ...SIREN, kind: "siren-pattern", onMs: 500, offMs: 300 } as const;

  it("sounds in the turn in which the alarm calls, then on and off in turn, and falls silent with it", async () => {
    const { runner, clock, writes } = createRunner();
    runner.setActions([HORN]);
    const stop = new AbortController();
    const running = runner.run(stop.signal);
    runner.onCalling(rule("high"), true, 0);
    expect(writes).toEqual([["station/siren", 1]]);
    await clock.advance(1_900);
    // On at 0, off at 500, on at 800, off at 1,300, on at 1,600.
    expect(writes.map(([, value]) => value)).toEqual([1, 0, 1, 0, 1]);
    runner.onCalling(rule("high"), false, 0);
    await clock.advance(5_000);
    expect(writes.map(([, value]) => value)).toEqual([1, 0, 1, 0, 1, 0]);
    stop.abort();
    await running;
  });

  it("does not begin anew when a second alarm calls", async () => {
    const { runner, clock, writes } = createRunner();
    runner.setActions([HORN]);
    const stop = new AbortController();
    const running = runner.run(stop.signal);
    runner.onCalling(rule("high"), true, 0);
    await clock.advance(600);
    runner.onCalling(rule("float"), true, 0);
    expect(writes.map(([, value]) => value)).toEqual([1, 0]);
    stop.abort();
    await running;
  });
});

describe("show-progress", () => {
  const LIGHT: ActionSettings = {
    id: "light",
    kind: "show-progress",
    device: "button",
    point: "indicator",
    idle: 0,
    raised: 1,
    delivered: 2,
    acknowledged: 3,
    acknowledgedForMs: 1_000,
  };

  it("shows whoever called that it is raised, delivered, acknowledged, and then nothing", async () => {
    const { runner, clock, writes } = createRunner();
    runner.setActions([LIGHT]);
    const stop = new AbortController();
    const running = runner.run(stop.signal);
    const pressed = rule("pressed", ["light"]);
    runner.onStep(pressed, alarmStep("raised", "active-unacknowledged", 1));
    expect(writes).toEqual([["button/indicator", 1]]);
    await settled();
    runner.onWritten({ ruleId: "pressed", version: 1 });
    await settled();
    runner.onStep(pressed, alarmStep("acknowledged", "normal", 2));
    await settled();
    await clock.advance(1_200);
    expect(writes.map(([, value]) => value)).toEqual([1, 2, 3, 0]);
    stop.abort();
    await running;
  });

  it("shows of two alarms the one that has come least far", async () => {
    const { runner, writes } = createRunner();
    runner.setActions([LIGHT]);
    runner.onStep(rule("pressed", ["light"]), alarmStep("acknowledged", "active-acknowledged", 2));
    await settled();
    runner.onStep(rule("tamper", ["light"]), { ...alarmStep("raised", "active-unacknowledged", 1), ruleId: "tamper" });
    await settled();
    expect(writes.map(([, value]) => value)).toEqual([3, 1]);
  });
});

describe("a site file that changes", () => {
  it("lets a point go once when its action is taken away, and holds a new one that is already called for", async () => {
    const { runner, writes } = createRunner();
    runner.onCalling(rule("high"), true, 0);
    await settled();
    runner.retireActions(["siren"]);
    await settled();
    expect(writes.at(-1)).toEqual(["station/siren", 0]);
    runner.onCalling(rule("high", ["lamp"]), true, 0);
    runner.setActions([{ ...SIREN, id: "lamp", point: "lamp" }]);
    expect(writes.at(-1)).toEqual(["station/lamp", 1]);
  });

  it("lets the old point go when an action moves to another one", async () => {
    const { runner, writes } = createRunner();
    runner.onCalling(rule("high"), true, 0);
    await settled();
    runner.setActions([{ ...SIREN, point: "horn" }]);
    expect(writes.slice(1)).toEqual([
      ["station/siren", 0],
      ["station/horn", 1],
    ]);
  });
});

describe("log", () => {
  it("writes a line when the alarm calls and when it ceases", () => {
    const { runner, lines } = createRunner();
    runner.onCalling(rule("high"), true, 0);
    runner.onCalling(rule("high"), false, 0);
    expect(lines).toEqual(["alarm raised", "alarm no longer calls"]);
  });
});
