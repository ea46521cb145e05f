import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { notificationRecord, type NotificationRecord } from "@outpost/wire/records.ts";
import { describe, expect, it } from "vitest";

import type { Rule } from "../../rules/rule.ts";
import { alarmStep } from "../testing/alarm-step.ts";
import { Escalator, ESCALATION_STATE_PREFIX } from "./escalator.ts";

const SITE = {
  contacts: [
    { id: "li", name: { zh: "李伟", en: "Li Wei" }, phone: "+8613800138000" },
    { id: "wang", name: { zh: "王芳", en: "Wang Fang" }, phone: "+8613900139000" },
  ],
  escalations: [
    {
      id: "duty",
      steps: [
        { who: ["li"], actions: ["siren", "sms-li"], answerWithinMs: 60_000 },
        { who: ["wang"], actions: ["siren", "horn", "sms-wang"], answerWithinMs: 60_000 },
      ],
      repeats: 0,
      endsWhenCleared: false,
    },
  ],
};
const RULE: Rule = {
  id: "pressed",
  priority: "critical",
  message: { zh: "呼叫", en: "Call" },
  onDelayMs: 0,
  offDelayMs: 0,
  isLatched: false,
  actions: [],
  source: undefined,
  comparator: { kind: "fact" },
  outOfService: undefined,
  escalation: "duty",
};
const raised = alarmStep("raised", "active-unacknowledged", 1);
const acknowledged = { ...alarmStep("acknowledged", "active-acknowledged", 2), actor: "desk: wang" };

function createEscalator(
  disk = new Map<string, string>(),
  clock = new ManualClock({ monotonicMs: 1_000 }),
  bootId = "b1",
) {
  const did: string[] = [];
  const told: NotificationRecord[] = [];
  const write = (rows: Readonly<Record<string, string | null>>): void => {
    for (const [key, row] of Object.entries(rows)) {
      if (row === null) disk.delete(key);
      else disk.set(key, row);
    }
  };
  const escalator = new Escalator({
    clock,
    bootId,
    log: silentLog,
    onCalling: (caller, calls) => did.push(`${caller.actions.join("+")} ${calls ? "on" : "off"}`),
    send: (ids, alarm, { reason }) => did.push(`send ${ids.join("+")} (${reason}) v${alarm.version}`),
    writeRows: write,
    writeNotification: (record, rows) => {
      told.push(notificationRecord.parse(record));
      write(rows);
    },
  });
  escalator.setSite(SITE);
  return { escalator, clock, did, told, disk };
}

async function running(escalator: Escalator, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const run = escalator.run(stop.signal);
  await work();
  stop.abort();
  await run;
}

describe("a chain", () => {
  it("asks one after the other, and is silent when somebody has answered", async () => {
    const { escalator, clock, did, told } = createEscalator();
    await running(escalator, async () => {
      escalator.onStep(RULE, raised);
      expect(escalator.asking("pressed")).toMatchObject({ step: 1, who: [{ en: "Li Wei" }], answerInMs: 60_000 });
      await clock.advance(61_000);
      expect(escalator.asking("pressed")).toMatchObject({ step: 2, who: [{ en: "Wang Fang" }] });
      escalator.onStep(RULE, acknowledged);
      await clock.advance(600_000);
    });
    expect(did).toEqual([
      "siren+sms-li on",
      "send siren+sms-li (asks 0.0) v1",
      "siren+horn+sms-wang on",
      "send siren+horn+sms-wang (asks 0.1) v1",
      // The siren that both steps name did not pause.
      "sms-li off",
      "siren+horn+sms-wang off",
    ]);
    expect(told.map(({ change, step, note }) => [change, step, note])).toEqual([
      ["asked", 1, undefined],
      ["asked", 2, undefined],
      ["ended", 2, "acknowledged by desk: wang"],
    ]);
    expect(told[0]).toMatchObject({ who: [{ zh: "李伟", en: "Li Wei" }], answerByMs: expect.any(Number) });
  });

  it("says when nobody answered, and holds what it holds until somebody does", async () => {
    const { escalator, clock, did, told } = createEscalator();
    await running(escalator, async () => {
      escalator.onStep(RULE, raised);
      await clock.advance(200_000);
    });
    expect(told.map(({ change }) => change)).toEqual(["asked", "asked", "unanswered"]);
    expect(escalator.asking("pressed")).toMatchObject({ step: 2, answerInMs: undefined });
    escalator.onStep(RULE, acknowledged);
    expect(did.at(-1)).toBe("siren+horn+sms-wang off");
    expect(escalator.asking("pressed")).toBeUndefined();
  });

  it("that is no longer part of the site ends", async () => {
    const { escalator, clock, did, told, disk } = createEscalator();
    await running(escalator, async () => {
      escalator.onStep(RULE, raised);
      escalator.setSite({ contacts: [], escalations: [] });
      await clock.advance(500);
    });
    expect(did.at(-1)).toBe("siren+sms-li off");
    expect(told.at(-1)).toMatchObject({ change: "ended" });
    expect(disk.size).toBe(0);
  });
});

describe("a restart", () => {
  it("goes on with the step that ran, for what was left of its time, and tells nobody twice", async () => {
    const before = createEscalator();
    before.escalator.onStep(RULE, raised);
    const after = createEscalator(before.disk, new ManualClock({ monotonicMs: 31_000 }));
    after.escalator.restore(new Map(before.disk));
    after.escalator.onStep(RULE, raised);
    after.escalator.settle();
    expect(after.told).toEqual([]);
    expect(after.did).toEqual(["siren+sms-li on", "send siren+sms-li (asks 0.0) v1"]);
    await running(after.escalator, async () => {
      await after.clock.advance(29_000);
      expect(after.told).toEqual([]);
      await after.clock.advance(1_500);
      expect(after.told).toMatchObject([{ change: "asked", step: 2 }]);
    });
  });

  it("asks the next at once where nobody can tell how long the gateway was away", async () => {
    const before = createEscalator();
    before.escalator.onStep(RULE, raised);
    const clock = new ManualClock({ wallMs: 0, monotonicMs: 2_000 });
    clock.confidence = "doubtful";
    const after = createEscalator(before.disk, clock, "b2");
    after.escalator.restore(new Map(before.disk));
    after.escalator.onStep(RULE, raised);
    await running(after.escalator, async () => await clock.advance(300));
    expect(after.told).toMatchObject([{ change: "asked", step: 2 }]);
  });

  it("begins where the alarm stands and its chain was never written down", () => {
    const { escalator, told } = createEscalator();
    escalator.restore(new Map());
    escalator.onStep(RULE, alarmStep("cleared", "cleared-unacknowledged", 2));
    expect(told).toMatchObject([{ change: "asked", step: 1 }]);
  });

  it("ends the chain of an alarm that is over, and drops rows it cannot read", () => {
    const before = createEscalator();
    before.escalator.onStep(RULE, raised);
    const { escalator, disk, told } = createEscalator(before.disk);
    disk.set(`${ESCALATION_STATE_PREFIX}garbage`, "{");
    escalator.restore(new Map(disk));
    escalator.settle();
    expect(told).toMatchObject([
      { change: "ended", ruleId: RULE.id, occurrenceId: raised.occurrenceId, step: 1, note: "over before a restart" },
    ]);
    expect(disk.size).toBe(0);
  });
});
