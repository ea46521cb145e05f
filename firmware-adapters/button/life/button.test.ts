import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { DeviceEvent } from "../../event.ts";
import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { buttonSettings } from "../settings.ts";
import type { ButtonInput } from "./button-life.ts";
import { Button } from "./button.ts";
import type { Received } from "./receipts.ts";

const never = new AbortController().signal;
const MINUTE_MS = 60_000;
const settings = buttonSettings.parse({
  source: "zigbee2mqtt",
  friendlyName: "bedside",
  supervisionMs: 25 * MINUTE_MS,
});
const press: ButtonInput = { kind: "press", how: "momentary", details: { action: "emergency" } };
const ONLINE = { kind: "online", reason: "heard" } as const;

function said(id: string | undefined, mark = id ?? "mark", isSentAgain = false): Received {
  return { mark, id, isSentAgain, sameWithinMs: 1_000 };
}

/** A button on a manual clock, running. */
async function bench(deps?: FakeDeps, clock = new ManualClock({ wallMs: 1_795_000_000_000, monotonicMs: 1_000 })) {
  const used = deps ?? fakeDeps({ clock });
  const button = new Button("device", settings, used);
  const stop = new AbortController();
  const running = button.run(stop.signal).catch(() => undefined);
  const told = (): readonly string[] =>
    used.events.map(inShort).filter((text) => /^(pressed|testPressed|!)/.test(text));
  return {
    button,
    clock,
    deps: used,
    told,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("stopped"));
      await running;
    },
  };
}

function inShort(event: DeviceEvent): string {
  if (event.kind === "occurrence") return `!${event.name}`;
  if (event.kind === "status") return event.state;
  const { reading } = event;
  return `${event.pointId} ${reading.quality === "good" ? reading.value : reading.reason}`;
}

describe("a press that is to be acknowledged", () => {
  it("is published at once, with its point, and acknowledged when it is written down", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    const release = at.deps.holdCommits();
    let isAcknowledged = false;
    const taking = at.button.receive([press], said("id-1"), never).then(() => (isAcknowledged = true));
    expect(at.told().slice(-2)).toEqual(["!pressed", "pressed 1"]);
    await at.clock.advance(100);
    expect(isAcknowledged).toBe(false);
    release();
    await taking;
    expect(at.deps.commits).toHaveLength(1);
    expect(at.deps.commits[0]?.events.map(inShort)).toEqual(["!pressed", "pressed 1"]);
    await at.clock.advance(6_000);
    expect(at.told().at(-1)).toBe("pressed 0");
  });

  it("is one press however often it comes", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    for (let time = 0; time < 3; time += 1) await at.button.receive([press], said("id-1"), never);
    await at.button.receive([press], said(undefined, "other"), never);
    await at.button.receive([press], said(undefined, "other", true), never);
    expect(at.told().filter((text) => text === "!pressed")).toHaveLength(2);
  });

  it("is not acknowledged while the disk is broken, sounds each time, and is written down once", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    at.deps.isDiskBroken = true;
    await expect(at.button.receive([press], said("id-1"), never)).rejects.toMatchObject({
      code: "device/not-committed",
    });
    await at.clock.advance(10_000);
    expect(at.told().at(-1)).toBe("pressed 0");
    at.deps.isDiskBroken = false;
    await at.button.receive([press], said("id-1"), never);
    expect(at.deps.commits).toHaveLength(1);
    expect(at.told().filter((text) => text === "!pressed")).toHaveLength(2);
    await at.clock.advance(6_000);
    expect(at.told().at(-1)).toBe("pressed 0");
  });

  it("that the journal knows although the button does not, is taken back unsaid", async () => {
    const clock = new ManualClock();
    await using at = await bench(fakeDeps({ clock, isRestored: false, knownKeys: new Set(["id-1"]) }), clock);
    at.button.present(ONLINE);
    await at.button.receive([press], said("id-1"), never);
    at.button.showAgain();
    expect(at.told()).not.toContain("!pressed");
    expect(at.told()).not.toContain("pressed 1");
  });

  it("keeps other occurrences for when they come again as well", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    at.deps.isDiskBroken = true;
    const low: ButtonInput = { kind: "battery", percent: 5 };
    await expect(at.button.receive([low], said("id-2"), never)).rejects.toThrow("disk");
    at.deps.isDiskBroken = false;
    await at.button.receive([low], said("id-2"), never);
    expect(at.deps.commits.flatMap(({ events }) => events.map(inShort))).toContain("!battery-low");
  });
});

describe("a button after a restart", () => {
  it("takes a press for known that was acknowledged before", async () => {
    await using before = await bench();
    before.button.present(ONLINE);
    await before.button.receive([press], said("id-1"), never);
    await using after = await bench(before.deps.restarted(), before.clock);
    after.button.present(ONLINE);
    await after.button.receive([press], said("id-1"), never);
    expect(after.told()).not.toContain("!pressed");
  });

  it("shows a press again that was still shown, as soon as it can be believed, and tells it no second time", async () => {
    await using before = await bench();
    before.button.present(ONLINE);
    await before.button.receive([press], said("id-1"), never);
    await using after = await bench(before.deps.restarted(), before.clock);
    await after.clock.advance(30_000);
    expect(after.told()).toEqual([]);
    after.button.present(ONLINE);
    expect(after.told().slice(0, 1)).toEqual(["pressed 1"]);
    await after.clock.advance(6_000);
    expect(after.told().at(-1)).toBe("pressed 0");
    await using third = await bench(after.deps.restarted(), before.clock);
    third.button.present(ONLINE);
    expect(third.told()).not.toContain("pressed 1");
  });

  it("knows its charge and when it was heard, and that its time goes on", async () => {
    await using before = await bench();
    before.button.hear();
    before.button.present(ONLINE);
    await before.button.receive([{ kind: "battery", percent: 64 }], said(undefined), never);
    await before.clock.advance(20 * MINUTE_MS);
    await using after = await bench(before.deps.restarted(), before.clock);
    expect([after.button.hasBeenHeard, after.button.isOverdue]).toEqual([true, false]);
    expect(after.button.state.batteryPercent).toBe(64);
    await after.clock.advance(5 * MINUTE_MS);
    expect(after.button.isOverdue).toBe(true);
  });

  it("waits for a memory that cannot be read yet", async () => {
    const clock = new ManualClock();
    await using at = await bench(fakeDeps({ clock, isRestored: false, rows: new Map([["heard", "{}"]]) }), clock);
    await at.clock.advance(5_000);
    expect(at.button.hasBeenHeard).toBe(false);
  });

  it("is as good as new where its memory is nonsense", async () => {
    const clock = new ManualClock();
    const rows = new Map([
      ["heard", "{"],
      ["receipts", "\0\n\n"],
      ["indicator", "7"],
    ]);
    await using at = await bench(fakeDeps({ clock, rows }), clock);
    expect([at.button.hasBeenHeard, at.button.state.indicator]).toEqual([false, 0]);
  });
});

describe("a button that is lost", () => {
  it("gives no value, and all of them when it is back", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    at.button.present({ kind: "lost", state: "offline", reason: "timeout", detail: "silent" });
    expect(at.deps.lastStatus()).toMatchObject({ state: "offline", reason: "timeout: silent" });
    at.button.showAgain();
    expect(at.deps.last("pressed")?.reading).toMatchObject({ quality: "bad", reason: "timeout" });
    at.button.present(ONLINE);
    expect(at.told().at(-2)).toBe("pressed 0");
  });

  it("shows its values again every half minute while it is not", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    const before = at.deps.events.length;
    await at.clock.advance(31_000);
    expect(at.deps.events.slice(before).map(inShort)).toContain("pressed 0");
  });
});

describe("a wired press", () => {
  it("is published at once and written down beside, with a key of its own", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    at.button.note([press]);
    expect(at.told().slice(-2)).toEqual(["!pressed", "pressed 1"]);
    await at.clock.advance(1);
    at.button.note([press]);
    await at.clock.advance(1);
    expect(new Set(at.deps.commits.map(({ key }) => key)).size).toBe(2);
  });

  it("sounds with a broken disk too", async () => {
    await using at = await bench();
    at.button.present(ONLINE);
    at.deps.isDiskBroken = true;
    at.button.note([press]);
    await at.clock.advance(1);
    expect(at.told()).toContain("pressed 1");
  });
});
