import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import { DeviceMemories } from "./device-memories.ts";
import { DeviceSupervisor } from "./supervisor.ts";
import { configured, fakeLink, FakeDevice } from "./testing/fake-device.ts";

const PANEL = { id: "panel", kind: "tcp", host: "127.0.0.1", port: 1502 } as const;

function createSupervisor() {
  const clock = new ManualClock();
  const events: DeviceEvent[] = [];
  const health: [string, string][] = [];
  const links: string[] = [];
  const memories = new DeviceMemories(() => Promise.resolve());
  const supervisor = new DeviceSupervisor({
    clock,
    log: silentLog,
    openLink: (settings) => {
      links.push(`open ${settings.id}`);
      return fakeLink(settings, () => links.push(`close ${settings.id}`));
    },
    publish: (event) => events.push(event),
    commit: () => Promise.resolve("committed"),
    watch: () => ({ [Symbol.dispose]() {} }),
    memory: (deviceId) => memories.of(deviceId),
    onHealth: (deviceId, now) => health.push([deviceId, now?.state ?? "gone"]),
  });
  supervisor.openLink(PANEL);
  return { supervisor, clock, events, health, links };
}

const write = { kind: "write", pointId: "siren", value: 1, actor: "test" } as const;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("DeviceSupervisor", () => {
  it("opens a link once, however many devices are on it, and closes it after them", async () => {
    const { supervisor, links } = createSupervisor();
    const [first, second] = [new FakeDevice(), new FakeDevice()];
    supervisor.openDevice(configured("one", first));
    supervisor.openDevice(configured("two", second));
    await settled();
    expect(first.openings[0]?.link).toBe(second.openings[0]?.link);
    await supervisor[Symbol.asyncDispose]();
    expect([first.closed, second.closed]).toEqual([1, 1]);
    expect(links).toEqual(["open panel", "close panel"]);
  });

  it("opens a device anew that failed, later each time, and soon again once it was online", async () => {
    const { supervisor, clock, health } = createSupervisor();
    const device = new FakeDevice();
    device.refusals = [new Error("no such port"), new Error("no such port")];
    supervisor.openDevice(configured("station", device));
    await settled();
    expect(device.openings).toHaveLength(1);
    await clock.advance(500);
    expect(device.openings).toHaveLength(2);
    await clock.advance(1_000);
    expect(device.openings).toHaveLength(3);
    device.openings[2]?.publish({
      kind: "status",
      deviceId: "station",
      state: "online",
      reason: "answers",
      occurredAtMs: 1,
      monotonicMs: 1,
      clockConfidence: "plausible",
    });
    device.fail(new Error("bug in the adapter"));
    await settled();
    await clock.advance(500);
    expect(device.openings).toHaveLength(4);
    expect(health.map(([, state]) => state)).toEqual(["starting", "fault", "fault", "online", "fault"]);
    await supervisor[Symbol.asyncDispose]();
  });

  it("says that a failed device's points are not known, instead of leaving the old values standing", async () => {
    const { supervisor, events } = createSupervisor();
    const device = new FakeDevice();
    supervisor.openDevice(configured("station", device));
    await settled();
    device.fail(new Error("the line is gone for good"));
    await settled();
    expect(events).toMatchObject([
      { kind: "status", state: "fault", reason: "the line is gone for good" },
      { kind: "measurement", pointId: "level", reading: { quality: "bad" }, isReportable: true },
    ]);
    await supervisor[Symbol.asyncDispose]();
  });

  it("refuses a command for a device that is not open or not known, and never throws", async () => {
    const { supervisor } = createSupervisor();
    const device = new FakeDevice();
    device.refusals = [new Error("no such port")];
    supervisor.openDevice(configured("station", device));
    await settled();
    const signal = AbortSignal.timeout(1_000);
    const refused = { kind: "refused", reason: "device-offline" };
    expect(await supervisor.execute("station", write, signal)).toMatchObject(refused);
    expect(await supervisor.execute("nobody", write, signal)).toMatchObject(refused);
    expect(device.commands).toEqual([]);
    await supervisor[Symbol.asyncDispose]();
  });

  it("hands a command to the open device within the same turn", async () => {
    const { supervisor } = createSupervisor();
    const device = new FakeDevice();
    supervisor.openDevice(configured("station", device));
    await settled();
    const outcome = supervisor.execute("station", write, AbortSignal.timeout(1_000));
    expect(device.commands).toEqual([write]);
    expect(await outcome).toMatchObject({ kind: "done" });
    await supervisor[Symbol.asyncDispose]();
  });

  it("a device that is closed is gone, and can be opened again", async () => {
    const { supervisor, health } = createSupervisor();
    const device = new FakeDevice();
    supervisor.openDevice(configured("station", device));
    await settled();
    await supervisor.closeDevice("station");
    expect(supervisor.health("station")).toBeUndefined();
    expect(health.at(-1)).toEqual(["station", "gone"]);
    supervisor.openDevice(configured("station", device));
    await settled();
    expect(device.openings).toHaveLength(2);
    await supervisor[Symbol.asyncDispose]();
  });
});
