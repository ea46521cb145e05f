import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import { actionSettings, isSending, type SendingAction } from "@outpost/wire/site-alarms.ts";
import { describe, expect, it } from "vitest";

import { alarmStep } from "../testing/alarm-step.ts";
import { senderOnPaper } from "../testing/sender-on-paper.ts";
import { NOTE_WITHIN_MS, type SendOutcome } from "./send-plan.ts";
import type { Sender } from "./sender.ts";

const RULE = { actions: ["sms", "post"] };

function sending(settings: object): SendingAction {
  const action = actionSettings.parse(settings);
  if (!isSending(action)) throw new Error("it holds");
  return action;
}
const SMS = sending({ id: "sms", kind: "sms", link: "modem", to: ["li", "wang"] });
const POST = sending({ id: "post", kind: "http", url: "http://127.0.0.1/", alsoAtEnd: true });
const raised = alarmStep("raised", "active-unacknowledged", 1);

async function running(sender: Sender, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const run = sender.run(stop.signal);
  await work();
  stop.abort();
  await run;
}

describe("an alarm that is raised", () => {
  it("sends once to each receiver, and tells each with its reference", async () => {
    const clock = new ManualClock();
    const { sender, tried, told } = senderOnPaper({ clock });
    sender.setActions([SMS, POST]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      sender.onStep(RULE, raised);
      await clock.advance(2_000);
    });
    expect(tried.map(({ actionId, contactId }) => [actionId, contactId])).toEqual(
      expect.arrayContaining([
        ["sms", "li"],
        ["sms", "wang"],
        ["post", undefined],
      ]),
    );
    expect(tried).toHaveLength(3);
    expect(new Set(told.map(({ reference }) => reference)).size).toBe(3);
    expect(told.every(({ change, attempts }) => change === "sent" && attempts === 1)).toBe(true);
  });

  it.each<[string, Partial<AlarmRecord>]>([
    ["a test", { isTest: true }],
    ["one of a flood", { flood: "station" }],
    ["shelved", { suppression: { kind: "shelved", by: "desk", reason: "wash", untilMs: 9 } }],
    ["normal", { state: "normal", change: "cleared" }],
  ])("sends nothing where it is %s", async (_, more) => {
    const clock = new ManualClock();
    const { sender, tried } = senderOnPaper({ clock });
    sender.setActions([SMS]);
    await running(sender, async () => {
      sender.onStep(RULE, { ...raised, ...more });
      await clock.advance(2_000);
    });
    expect(tried).toEqual([]);
  });

  it("writes the intent down first, and does not wait for ever for the disk", async () => {
    const clock = new ManualClock();
    const disk = Promise.withResolvers<void>();
    const { sender, tried } = senderOnPaper({ clock, save: () => disk.promise });
    sender.setActions([POST]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      await clock.advance(NOTE_WITHIN_MS - 500);
      expect(tried).toEqual([]);
      await clock.advance(1_000);
      expect(tried).toHaveLength(1);
      disk.resolve();
      await clock.advance(500);
      expect(tried).toHaveLength(1);
    });
  });
});

describe("a try that does not arrive", () => {
  it("is made again under the same reference, and counted", async () => {
    const clock = new ManualClock();
    const outcomes: SendOutcome[] = [
      { kind: "failed", reason: "no network" },
      { kind: "uncertain", reason: "no answer" },
      { kind: "sent" },
    ];
    const { sender, tried, told } = senderOnPaper({
      clock,
      outcome: (_, nth) => outcomes[nth - 1] ?? { kind: "sent" },
    });
    sender.setActions([POST]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      await clock.advance(20_000);
    });
    expect(new Set(tried.map(({ reference }) => reference)).size).toBe(1);
    expect(told).toMatchObject([{ change: "sent", attempts: 3, note: expect.stringContaining("repeated") }]);
  });

  it("is an alarm of its own when it goes on, until one arrives", async () => {
    const clock = new ManualClock();
    let isDown = true;
    const { sender, failing } = senderOnPaper({
      clock,
      outcome: () => (isDown ? { kind: "failed", reason: "no network" } : { kind: "sent" }),
    });
    sender.setActions([POST]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      await clock.advance(30_000);
      expect(failing).toEqual([["post", true]]);
      isDown = false;
      await clock.advance(70_000);
    });
    expect(failing).toEqual([
      ["post", true],
      ["post", false],
    ]);
  });
});

describe("a kill", () => {
  it("between the try and its end sends again under the same reference; after its end not", async () => {
    const clock = new ManualClock();
    const disk = new Map<string, string>();
    const before = senderOnPaper({ clock, disk, outcome: () => new Promise<SendOutcome>(() => {}) });
    before.sender.setActions([POST]);
    before.sender.onStep(RULE, raised);
    await clock.advance(500);
    expect(before.tried).toHaveLength(1);
    // The process is gone here: its promises never end, its rows stay.
    const after = senderOnPaper({ clock, disk });
    after.sender.setActions([POST]);
    after.sender.restore(new Map(disk));
    after.sender.onStep(RULE, raised);
    await running(after.sender, async () => await clock.advance(2_000));
    expect(after.tried.map(({ reference }) => reference)).toEqual([before.tried[0]?.reference]);
    expect(after.told).toMatchObject([{ change: "sent", attempts: 2, note: expect.stringContaining("repeated") }]);
    const third = senderOnPaper({ clock, disk });
    third.sender.setActions([POST]);
    third.sender.restore(new Map(disk));
    third.sender.onStep(RULE, raised);
    await running(third.sender, async () => await clock.advance(2_000));
    expect(third.tried).toEqual([]);
  });

  it("after the alarm was answered, and before that was written of the message, sends nothing more and keeps nothing", async () => {
    const clock = new ManualClock();
    const disk = new Map<string, string>();
    const before = senderOnPaper({ clock, disk, outcome: () => new Promise<SendOutcome>(() => {}) });
    before.sender.setActions([POST]);
    before.sender.onStep(RULE, raised);
    await clock.advance(500);
    expect(disk.size).toBe(1);
    const after = senderOnPaper({ clock, disk });
    after.sender.setActions([POST]);
    after.sender.restore(new Map(disk));
    // No alarm of before the restart stands any more.
    after.sender.settle();
    await running(after.sender, async () => await clock.advance(2_000));
    expect(after.tried).toEqual([]);
    expect(disk.size).toBe(0);
  });

  it("says the end that was not said yet, though the alarm is over", async () => {
    const clock = new ManualClock();
    const disk = new Map<string, string>();
    const before = senderOnPaper({
      clock,
      disk,
      outcome: ({ says }) => (says === "ends" ? new Promise<SendOutcome>(() => {}) : { kind: "sent" }),
    });
    before.sender.setActions([POST]);
    before.sender.onStep(RULE, raised);
    await clock.advance(500);
    before.sender.onStep(RULE, alarmStep("cleared", "normal", 2));
    await clock.advance(500);
    const after = senderOnPaper({ clock, disk });
    after.sender.setActions([POST]);
    after.sender.restore(new Map(disk));
    after.sender.settle();
    await running(after.sender, async () => await clock.advance(2_000));
    expect(after.tried.map(({ says }) => says)).toEqual(["ends"]);
    expect(disk.size).toBe(0);
  });

  it("before the intent was on the disk sends all the same: the alarm that stands asks for it", async () => {
    const clock = new ManualClock();
    const { sender, tried } = senderOnPaper({ clock });
    sender.setActions([POST]);
    sender.restore(new Map());
    await running(sender, async () => {
      sender.onStep(RULE, alarmStep("cleared", "cleared-unacknowledged", 2));
      await clock.advance(2_000);
    });
    expect(tried.map(({ says }) => says)).toEqual(["calls", "ends"]);
  });
});

describe("somebody who answers", () => {
  it("ends what still waits to be said to people, and the end is said to what asked for it", async () => {
    const clock = new ManualClock();
    const { sender, tried, disk } = senderOnPaper({
      clock,
      outcome: ({ actionId }) => (actionId === "sms" ? { kind: "failed", reason: "no network" } : { kind: "sent" }),
    });
    sender.setActions([SMS, POST]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      await clock.advance(1_000);
      sender.onStep(RULE, alarmStep("acknowledged", "active-acknowledged", 2));
      sender.onStep(RULE, alarmStep("cleared", "normal", 3));
      await clock.advance(120_000);
    });
    expect(tried.filter(({ actionId }) => actionId === "sms").length).toBeLessThanOrEqual(2);
    expect(tried.filter(({ actionId }) => actionId === "post").map(({ says }) => says)).toEqual(["calls", "ends"]);
    expect(disk.size).toBe(0);
  });

  it("while a message is on its way hears how that ended, and the message is forgotten", async () => {
    const clock = new ManualClock();
    const end = Promise.withResolvers<SendOutcome>();
    const { sender, tried, told, disk } = senderOnPaper({ clock, outcome: () => end.promise });
    sender.setActions([sending({ id: "sms", kind: "sms", link: "modem", to: ["li"] })]);
    await running(sender, async () => {
      sender.onStep(RULE, raised);
      await clock.advance(500);
      sender.onStep(RULE, alarmStep("acknowledged", "active-acknowledged", 2));
      end.resolve({ kind: "sent" });
      await clock.advance(500);
    });
    expect(tried).toHaveLength(1);
    expect(told).toMatchObject([{ change: "sent", attempts: 1 }]);
    expect(disk.size).toBe(0);
  });
});
