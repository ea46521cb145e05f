import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import { actionSettings } from "@outpost/wire/site-alarms.ts";
import { describe, expect, it } from "vitest";

import { WatchedPoints } from "../../devices/watched-points.ts";
import { AlarmEngine } from "../../rules/alarm-engine.ts";
import type { Rule } from "../../rules/rule.ts";
import { HIGH } from "../../rules/testing/engine-on-paper.ts";
import { ActionRunner } from "../action-runner.ts";
import { senderOnPaper } from "../testing/sender-on-paper.ts";
import { SelfTests, type SelfTestResult } from "./self-tests.ts";

const SIREN = { id: "siren", kind: "hold-point", device: "station", point: "siren", active: 1, idle: 0 };
const WIRED = { ...SIREN, feedback: { device: "meter", point: "current", is: "above", limit: 0.2 } };
const SMS = { id: "sms", kind: "sms", link: "modem", to: ["li"] };
const RULE: Rule = { ...HIGH, onDelayMs: 60_000, offDelayMs: 60_000, isLatched: true };

interface World {
  readonly actions?: readonly object[];
  readonly rule?: Partial<Rule>;
  /** What the device answers to a write. */
  readonly answer?: CommandOutcome;
  /** What is read of a point once the siren was written; undefined: nothing. */
  readonly shows?: (
    written: number,
  ) => { readonly deviceId: string; readonly pointId: string; readonly value: number } | undefined;
  readonly fault?: string;
}

/** Engine, actions and test as the gateway joins them, on a clock that is moved by hand. */
function createWorld({ actions = [SIREN], rule = {}, answer, shows, fault }: World) {
  const clock = new ManualClock({ monotonicMs: 1_000_000 });
  const writes: number[] = [];
  const records: AlarmRecord[] = [];
  const events: DeviceEvent[] = [];
  const failed: [string, boolean][] = [];
  const watched = new WatchedPoints({ latest: () => undefined });
  const { sender, tried } = senderOnPaper({ clock });
  const runner = new ActionRunner({
    clock,
    log: silentLog,
    sender,
    execute: async (_, command: DeviceCommand) => {
      if (command.kind === "write") writes.push(command.value);
      return await Promise.resolve(answer ?? { kind: "done", before: null, after: null });
    },
    onFailing: () => {},
    onActed: () => {},
  });
  runner.setActions(actions.map((one) => actionSettings.parse(one)));
  const engine = new AlarmEngine({
    clock,
    bootId: "b1",
    newOccurrenceId: () => "1".repeat(32),
    onCalling: (...call) => runner.onCalling(...call),
    onStep: (...step) => runner.onStep(...step),
    write: (record) => {
      if (record !== undefined) records.push(record);
    },
  });
  engine.setRules([{ ...RULE, ...rule }]);
  const tests = new SelfTests({
    clock,
    log: silentLog,
    gatewayId: "gateway-01",
    engine,
    held: (id) => runner.held(id),
    isSending: (id) => sender.action(id) !== undefined,
    check: () => Promise.resolve(fault),
    chainActions: () => [],
    watch: (...what) => watched.watch(...what),
    publish: (event) => events.push(event),
    onFailed: (...how) => failed.push(how),
  });
  const read = (reading: { readonly deviceId: string; readonly pointId: string; readonly value: number }): void => {
    const { wallMs, monotonicMs, confidence } = clock.now();
    const { value, ...place } = reading;
    const at = { occurredAtMs: wallMs, monotonicMs, clockConfidence: confidence };
    const event = {
      kind: "measurement",
      ...place,
      unit: "",
      reading: { quality: "good", value },
      isReportable: false,
      ...at,
    } as const;
    engine.accept(event);
    watched.accept(event);
  };
  /** Runs one test to its end, showing what is shown every 100 ms. */
  const run = async (during: () => void = () => {}): Promise<SelfTestResult> => {
    const running = tests.run("high-level", { actor: "Li", pulseMs: 1_000 }, new AbortController().signal);
    const before = events.length;
    for (let n = 0; n < 200 && events.length === before; n += 1) {
      await clock.advance(100);
      if (n === 2) during();
      const shown = shows?.(writes.at(-1) ?? 0);
      if (shown !== undefined) read(shown);
    }
    return await running;
  };
  return { clock, engine, writes, records, events, failed, tried, read, run, tests };
}

const current = (value: number) => () => ({ deviceId: "meter", pointId: "current", value });
const coil = (value: number) => ({ deviceId: "station", pointId: "siren", value });

describe("the test of a chain", () => {
  it("sounds the siren for its pulse, confirms it by its read-back, and is marked as a test on every step", async () => {
    const { run, writes, records, events, failed } = createWorld({ shows: coil });
    expect(await run()).toMatchObject({
      kind: "tested",
      isPassed: true,
      actions: [{ actionId: "siren", verdict: "confirmed" }],
    });
    expect(writes).toEqual([1, 0]);
    expect(records.map(({ ruleId, change, isTest }) => [ruleId, change, isTest])).toEqual([
      ["test/high-level", "raised", true],
      ["test/high-level", "cleared", true],
      ["test/high-level", "acknowledged", true],
    ]);
    expect(events).toMatchObject([
      { name: "self-test", details: { ruleId: "high-level", isPassed: true, isTest: true } },
    ]);
    expect(failed).toEqual([["high-level", false]]);
  });

  it("believes the siren's current rather than its coil, where that is wired", async () => {
    const good = createWorld({ actions: [WIRED], shows: current(0.8) });
    expect(await good.run()).toMatchObject({
      isPassed: true,
      actions: [{ verdict: "confirmed", detail: "meter current is 0.8" }],
    });
    const burnt = createWorld({ actions: [WIRED], shows: current(0.01) });
    expect(await burnt.run()).toMatchObject({
      isPassed: false,
      actions: [{ verdict: "failed", detail: "meter current is 0.01" }],
    });
    expect(burnt.failed).toEqual([["high-level", true]]);
  });

  it("says so where nothing is wired that could show it", async () => {
    const { run } = createWorld({});
    expect(await run()).toMatchObject({ isPassed: true, actions: [{ verdict: "written" }] });
  });

  it.each<[string, World, string]>([
    [
      "the device does not take the write",
      { answer: { kind: "refused", reason: "device-offline", detail: "" } },
      "did not take it",
    ],
    ["the coil shows something else", { shows: () => coil(0) }, "station siren is 0"],
  ])("fails where %s", async (_, world, words) => {
    const { run } = createWorld(world);
    expect(await run()).toMatchObject({
      isPassed: false,
      actions: [{ verdict: "failed", detail: expect.stringContaining(words) }],
    });
  });

  it("sends nothing, and says whether it could", async () => {
    const ready = createWorld({ actions: [SMS], rule: { actions: ["sms"] } });
    expect(await ready.run()).toMatchObject({ isPassed: true, actions: [{ actionId: "sms", verdict: "ready" }] });
    expect(ready.tried).toEqual([]);
    const broken = createWorld({ actions: [SMS], rule: { actions: ["sms"] }, fault: "no mobile network" });
    expect(await broken.run()).toMatchObject({
      isPassed: false,
      actions: [{ verdict: "failed", detail: "no mobile network" }],
    });
  });

  it("never begins while the alarm stands, nor twice at a time", async () => {
    const { engine, read, tests, clock } = createWorld({ rule: { onDelayMs: 0 } });
    const by = { actor: "Li", pulseMs: 1_000 };
    const signal = AbortSignal.abort();
    const first = tests.run("high-level", by, signal);
    expect(await tests.run("high-level", by, signal)).toMatchObject({
      kind: "refused",
      detail: "high-level is being tested",
    });
    await first;
    await clock.advance(10);
    read({ deviceId: "station", pointId: "level", value: 9 });
    expect(engine.view("high-level")?.life.state).toBe("active-unacknowledged");
    expect(await tests.run("high-level", by, signal)).toMatchObject({
      kind: "refused",
      detail: "the alarm itself stands",
    });
    expect(await tests.run("none", by, signal)).toMatchObject({ kind: "refused" });
  });

  it("delays no real alarm: one that comes meanwhile keeps the siren sounding", async () => {
    const { run, writes, read, records } = createWorld({ rule: { onDelayMs: 0 }, shows: coil });
    await run(() => read({ deviceId: "station", pointId: "level", value: 9 }));
    expect(records.filter(({ isTest }) => isTest !== true)).toMatchObject([{ ruleId: "high-level", change: "raised" }]);
    expect(writes).toEqual([1]);
  });
});
