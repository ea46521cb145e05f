import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import type { OpenDevice } from "../../adapter.ts";
import type { MqttLink } from "../../links/link.ts";
import { openLink } from "../../links/open-link.ts";
import { startAedes, startMosquitto, type TestBroker } from "../../links/testing/brokers.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { button } from "../adapter.ts";

const never = new AbortController().signal;
const noMosquitto = missingPeer(MOSQUITTO);
const TOPIC = "zigbee2mqtt/bedside";

let seconds = 0;
/** A press as Zigbee2MQTT tells it, each at another time. */
const pressOf = (more: object = {}): string =>
  JSON.stringify({ action: "emergency", battery: 80, linkquality: 100, last_seen: `t${(seconds += 1)}`, ...more });
const heartbeat = (more: object = {}): string => JSON.stringify({ battery: 80, linkquality: 100, ...more });

const membership = (type: string, name: string): string => JSON.stringify({ type, data: { friendly_name: name } });

interface Bench extends AsyncDisposable {
  readonly deps: FakeDeps;
  readonly device: OpenDevice;
  readonly link: MqttLink;
}

async function openAt(
  url: string,
  options: { readonly settings?: object; readonly deps?: FakeDeps } = {},
): Promise<Bench> {
  const link = openLink(
    { id: "broker", kind: "mqtt", url, clientId: "gateway" },
    { clock: systemClock, log: silentLog },
  );
  const deps = options.deps?.restarted(link) ?? fakeDeps({ link });
  const settings = { source: "zigbee2mqtt", friendlyName: "bedside", momentaryMs: 1_500, ...options.settings };
  const device = await button.configure("device", settings).open(deps, never);
  await eventually("the broker", () => link.status.kind === "up");
  return {
    deps,
    device,
    link,
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}

/** Says something until the button is online: the subscription may take a moment. */
async function untilOnline(broker: TestBroker, { deps }: Bench): Promise<void> {
  for (let tries = 0; deps.lastStatus()?.state !== "online"; tries += 1) {
    if (tries > 400) throw new Error("the button did not come online");
    await broker.say(TOPIC, heartbeat());
    await systemClock.sleep(50);
  }
}

const occurrences = ({ events }: FakeDeps): readonly string[] =>
  events.flatMap((event) => (event.kind === "occurrence" ? [event.name] : []));
const presses = (deps: FakeDeps): number => occurrences(deps).filter((name) => name === "pressed").length;
const reads = (deps: FakeDeps, pointId: string, value: number): boolean => {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" && reading.value === value;
};

describe("a Zigbee button", () => {
  it("is not believed before it was heard, says its press with its point, and lets it go by itself", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url);
    await eventually("that it is offline", () => at.deps.lastStatus()?.reason === "not-yet-read: never heard so far");
    await untilOnline(broker, at);
    expect(reads(at.deps, "battery", 80)).toBe(true);
    await broker.say(TOPIC, pressOf());
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await eventually("its end", () => reads(at.deps, "pressed", 0));
    expect(presses(at.deps)).toBe(1);
    expect(at.deps.commits[0]?.events.find((event) => event.kind === "occurrence")).toMatchObject({
      name: "pressed",
      details: { action: "emergency" },
    });
  });

  it("ignores other actions and the empty one, and takes those of its settings", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url, {
      settings: { pressActions: ["single", "hold"], releaseActions: ["off"], momentaryMs: 500 },
    });
    await untilOnline(broker, at);
    for (const action of ["", "double", "emergency", null]) await broker.say(TOPIC, pressOf({ action }));
    await broker.say(TOPIC, pressOf({ action: "single" }));
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await systemClock.sleep(700);
    expect(reads(at.deps, "pressed", 1)).toBe(true);
    await broker.say(TOPIC, pressOf({ action: "off" }));
    await eventually("the release", () => reads(at.deps, "pressed", 0));
    expect(occurrences(at.deps)).toEqual(["pressed", "released"]);
  });

  it("is held while it says sos, and stuck when that does not end", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url, { settings: { stuckAfterMs: 1_000 } });
    await broker.say(TOPIC, heartbeat({ sos: false, tamper: false, battery_low: false }));
    await untilOnline(broker, at);
    await broker.say(TOPIC, heartbeat({ sos: true }));
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await broker.say(TOPIC, heartbeat({ sos: true, battery: 79 }));
    await eventually("that it is stuck", () => reads(at.deps, "stuck", 1));
    await broker.say(TOPIC, heartbeat({ sos: false, tamper: true, battery_low: true }));
    await eventually("the release", () => reads(at.deps, "pressed", 0) && reads(at.deps, "stuck", 0));
    await eventually("the rest", () => reads(at.deps, "tamper", 1) && reads(at.deps, "batteryLow", 1));
    expect(occurrences(at.deps)).toEqual(["pressed", "stuck", "battery-low", "tamper", "released"]);
  });

  it("is pressed at every sos where that is its way", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url, { settings: { sos: "event" } });
    await untilOnline(broker, at);
    for (const lastSeen of ["a", "b"]) await broker.say(TOPIC, heartbeat({ sos: true, last_seen: lastSeen }));
    await eventually("both", () => presses(at.deps) === 2);
    expect(
      button.configure("d", { source: "zigbee2mqtt", friendlyName: "b", sos: "event" }).points.map(({ id }) => id),
    ).not.toContain("stuck");
  });

  it("is neither pressed nor heard by what the broker kept", async () => {
    await using broker = await startAedes();
    await broker.say(TOPIC, pressOf({ battery: 33, sos: true }), { retain: true });
    await using at = await openAt(broker.url);
    await systemClock.sleep(500);
    expect(occurrences(at.deps)).toEqual([]);
    expect(at.deps.lastStatus()?.state).toBe("offline");
    await broker.say(TOPIC, JSON.stringify({ linkquality: 90 }));
    await eventually("what was kept of its charge", () => reads(at.deps, "battery", 33));
  });

  it.each([
    ["its bridge goes", "zigbee2mqtt/bridge/state", '{"state":"offline"}', '{"state":"online"}'],
    ["its bridge gives it up", `${TOPIC}/availability`, '{"state":"offline"}', '{"state":"online"}'],
    ["an old bridge gives it up", `${TOPIC}/availability`, "offline", "online"],
  ])("is offline when %s, and back when that says so", async (_, topic, gone, back) => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url);
    await untilOnline(broker, at);
    await broker.say(topic, gone, { retain: true });
    await eventually("offline", () => at.deps.lastStatus()?.state === "offline");
    expect(at.deps.last("pressed")?.reading.quality).toBe("bad");
    await broker.say(topic, back, { retain: true });
    await eventually("online", () => at.deps.lastStatus()?.state === "online");
  });

  it("is believed itself before what is said of it", async () => {
    await using broker = await startAedes();
    await broker.say("zigbee2mqtt/bridge/state", "offline", { retain: true });
    await broker.say(`${TOPIC}/availability`, "offline", { retain: true });
    await using at = await openAt(broker.url);
    await systemClock.sleep(300);
    await broker.say(TOPIC, pressOf());
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it("says that it left its network, and that it is back", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url);
    await untilOnline(broker, at);
    await broker.say("zigbee2mqtt/bridge/event", membership("device_leave", "another"));
    await broker.say("zigbee2mqtt/bridge/event", membership("device_leave", "bedside"));
    await eventually("that it left", () => occurrences(at.deps).includes("left-network"));
    expect(at.deps.lastStatus()).toMatchObject({
      state: "offline",
      reason: "not-available: it left its radio network",
    });
    await broker.say("zigbee2mqtt/bridge/event", membership("device_joined", "bedside"));
    await eventually("that it is back", () => at.deps.lastStatus()?.state === "online");
    expect(occurrences(at.deps)).toEqual(["left-network", "joined-network"]);
  });

  it("is lost when it is silent for too long, over a restart of the gateway too", async () => {
    await using broker = await startAedes();
    const settings = { supervisionMs: 2_000 };
    const first = await openAt(broker.url, { settings });
    await untilOnline(broker, first);
    await first[Symbol.asyncDispose]();
    await systemClock.sleep(1_000);
    await using second = await openAt(broker.url, { settings, deps: first.deps });
    await eventually("online by what was remembered", () => second.deps.lastStatus()?.state === "online");
    await eventually("offline", () => second.deps.lastStatus()?.reason === "timeout: nothing heard for too long");
    expect(second.deps.last("pressed")?.reading).toMatchObject({ quality: "bad", reason: "timeout" });
  });

  it("raises a test press instead in test mode", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url);
    await untilOnline(broker, at);
    const write = { kind: "write", pointId: "test", actor: "technician" } as const;
    expect(await at.device.execute({ ...write, value: 1 }, never)).toEqual({ kind: "done", before: 0, after: 1 });
    await broker.say(TOPIC, pressOf());
    await eventually("the test press", () => reads(at.deps, "testPressed", 1));
    expect(await at.device.execute({ ...write, value: 0 }, never)).toEqual({ kind: "done", before: 1, after: 0 });
    expect(occurrences(at.deps)).toEqual(["test-begun", "test-pressed", "test-ended"]);
    expect(
      at.deps.events.some(
        (event) =>
          event.kind === "measurement" &&
          event.pointId === "pressed" &&
          event.reading.quality === "good" &&
          event.reading.value === 1,
      ),
    ).toBe(false);
  });

  it("shows the caller how the call stands where it can, and says where it cannot", async () => {
    await using broker = await startAedes();
    const indicator = { raised: '{"alarm":"raised"}', off: '{"alarm":"off"}' };
    await using at = await openAt(broker.url, { settings: { indicator } });
    await untilOnline(broker, at);
    const told = await broker.listen(`${TOPIC}/set`);
    const show = (value: number) =>
      at.device.execute({ kind: "write", pointId: "indicator", value, actor: "rule" }, never);
    expect(await show(1)).toEqual({ kind: "done", before: 0, after: 1 });
    await eventually("the word", () => told.length === 1);
    expect(told[0]?.payload).toBe('{"alarm":"raised"}');
    expect(await show(2)).toMatchObject({ kind: "done", after: 2, detail: expect.stringContaining("kept here only") });
    expect(await show(4)).toMatchObject({ kind: "refused", reason: "out-of-limits" });
    expect(await show(0.5)).toMatchObject({ kind: "refused", reason: "out-of-limits" });
    await broker.cut();
    await eventually("offline", () => at.deps.lastStatus()?.state === "offline");
    expect(await show(0)).toMatchObject({ kind: "refused", reason: "device-offline" });
    expect(at.deps.memory.rows.get("indicator")).toBe("2");
  });

  it("refuses what cannot be written", async () => {
    await using broker = await startAedes();
    await using at = await openAt(broker.url);
    for (const [kind, pointId] of [
      ["write", "pressed"],
      ["select", "test"],
      ["select", "pressed"],
    ] as const) {
      const outcome = await at.device.execute({ kind, pointId, value: 1, actor: "a" }, never);
      expect(outcome).toMatchObject({ kind: "refused", reason: "not-writable" });
    }
  });
});

const brokers: readonly (readonly [string, () => Promise<TestBroker>, boolean])[] = [
  ["aedes", startAedes, false],
  ["mosquitto", startMosquitto, noMosquitto !== undefined],
];

for (const [name, start, isSkipped] of brokers) {
  describe.skipIf(isSkipped)(`a press by way of ${name}`, () => {
    it("is acknowledged only when it is written down: without that it comes again, and is one press", async () => {
      await using broker = await start();
      await using at = await openAt(broker.url);
      await untilOnline(broker, at);
      const write = at.deps.holdCommits();
      await broker.say(TOPIC, pressOf());
      await eventually("the press, before anything is written", () => presses(at.deps) === 1);
      broker.dropConnections();
      await eventually("the next connection", () => at.link.status.kind === "up" && broker.connections === 1);
      write();
      await eventually("that it is written down", () => at.deps.commits.length === 1);
      // It came again behind the one that was being written down. Another press shows that the way is free.
      await broker.say(TOPIC, pressOf());
      await eventually("another press", () => presses(at.deps) === 2);
      await eventually("its commit", () => at.deps.commits.length === 2);
      expect(new Set(at.deps.commits.map(({ key }) => key)).size).toBe(2);
    });

    it("comes again when the gateway dies before it is written down, and is known when it dies after", async () => {
      await using broker = await start();
      const first = await openAt(broker.url);
      await untilOnline(broker, first);
      first.deps.holdCommits();
      await broker.say(TOPIC, pressOf());
      await eventually("the press", () => presses(first.deps) === 1);
      // The disk never takes it: the device is closed in the middle.
      first.deps.isDiskBroken = true;
      await first[Symbol.asyncDispose]();
      await using second = await openAt(broker.url, { deps: first.deps });
      await eventually("the press again", () => second.deps.commits.length === 1);
      expect(presses(second.deps)).toBe(1);
      await second[Symbol.asyncDispose]();
      await using third = await openAt(broker.url, { deps: second.deps });
      await untilOnline(broker, third);
      await broker.say(TOPIC, pressOf());
      await eventually("a new press", () => presses(third.deps) > 0);
      expect(presses(third.deps)).toBe(1);
    });

    it("comes again until the disk takes it, and is written down once", async () => {
      await using broker = await start();
      await using at = await openAt(broker.url);
      await untilOnline(broker, at);
      at.deps.isDiskBroken = true;
      await broker.say(TOPIC, pressOf());
      await eventually("the press twice", () => presses(at.deps) >= 2);
      at.deps.isDiskBroken = false;
      await eventually("that it is written down", () => at.deps.commits.length > 0);
      await systemClock.sleep(300);
      expect(at.deps.commits).toHaveLength(1);
    });

    it("said twice is one, by its last_seen or by following at once; later it is another", async () => {
      await using broker = await start();
      await using at = await openAt(broker.url);
      await untilOnline(broker, at);
      const press = pressOf();
      for (let time = 0; time < 3; time += 1) await broker.say(TOPIC, press);
      const plain = JSON.stringify({ action: "emergency" });
      await Promise.all([1, 2, 3].map(() => broker.say(TOPIC, plain)));
      await systemClock.sleep(1_300);
      await broker.say(TOPIC, press);
      await broker.say(TOPIC, plain);
      await eventually("all of it", () => presses(at.deps) >= 3);
      await systemClock.sleep(200);
      expect(presses(at.deps)).toBe(3);
    });
  });
}

it("a press that mosquitto sends again, without last_seen, is one press", async ({ skip }) => {
  if (noMosquitto !== undefined) skip(noMosquitto);
  await using broker = await startMosquitto();
  await using at = await openAt(broker.url);
  await untilOnline(broker, at);
  const write = at.deps.holdCommits();
  await broker.say(TOPIC, JSON.stringify({ action: "emergency" }));
  await eventually("the press", () => presses(at.deps) === 1);
  await systemClock.sleep(1_200);
  broker.dropConnections();
  write();
  await eventually("that it is written down", () => at.deps.commits.length === 1);
  await systemClock.sleep(1_000);
  expect([presses(at.deps), at.deps.commits.length]).toEqual([1, 1]);
});
