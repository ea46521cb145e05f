import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import type { OpenDevice } from "../../adapter.ts";
import { openLink } from "../../links/open-link.ts";
import { startAedes, type TestBroker } from "../../links/testing/brokers.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { button } from "../adapter.ts";

const never = new AbortController().signal;
const devEui = "a84041ffff1b2c3d";
const DEVICE = `application/7/device/${devEui}`;
const mapping = {
  pressed: { field: "alarm" },
  tamper: { field: "tamper" },
  batteryPercent: { byte: 2 },
  batteryLow: { byte: 1, mask: 0x80, fPort: 3 },
};

let counter = 0;
const up = (changes: object = {}): string =>
  JSON.stringify({
    deduplicationId: crypto.randomUUID(),
    deviceInfo: { devEui },
    devAddr: "00189440",
    fCnt: (counter += 1),
    fPort: 2,
    data: Buffer.of(0, 0, 77).toString("base64"),
    object: { alarm: false, tamper: false },
    rxInfo: [{ rssi: -97 }],
    ...changes,
  });
const status = (more: object): string => JSON.stringify({ deviceInfo: { devEui }, margin: 7, ...more });
const pressed = { object: { alarm: true, tamper: false } };

interface Bench extends AsyncDisposable {
  readonly broker: TestBroker;
  readonly deps: FakeDeps;
  readonly device: OpenDevice;
  say(event: string, payload: string): Promise<void>;
}

async function open(settings: object = {}): Promise<Bench> {
  const broker = await startAedes();
  const link = openLink(
    { id: "broker", kind: "mqtt", url: broker.url, clientId: "gateway" },
    { clock: systemClock, log: silentLog },
  );
  const deps = fakeDeps({ link });
  const device = await button
    .configure("device", { source: "chirpstack", applicationId: "7", devEui, mapping, momentaryMs: 1_500, ...settings })
    .open(deps, never);
  const say = (event: string, payload: string): Promise<void> => broker.say(`${DEVICE}/event/${event}`, payload);
  for (let tries = 0; deps.lastStatus()?.reason !== "heard"; tries += 1) {
    if (tries > 400) throw new Error("the button did not come online");
    await say("up", up());
    await systemClock.sleep(50);
  }
  return {
    broker,
    deps,
    device,
    say,
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
    },
  };
}

const occurrences = ({ events }: FakeDeps): readonly string[] =>
  events.flatMap((event) => (event.kind === "occurrence" ? [event.name] : []));
const reads = (deps: FakeDeps, pointId: string, value: number): boolean => {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" && reading.value === value;
};

describe("a LoRaWAN button", () => {
  it("reads what its mapping says, from the codec's object and from the bytes", async () => {
    await using at = await open();
    expect([reads(at.deps, "battery", 77), reads(at.deps, "linkQuality", -97)]).toEqual([true, true]);
    expect(at.deps.last("linkQuality")?.unit).toBe("dBm");
    await at.say("up", up({ object: { alarm: true, tamper: true } }));
    await eventually("press and tamper", () => reads(at.deps, "pressed", 1) && reads(at.deps, "tamper", 1));
    await eventually("its end", () => reads(at.deps, "pressed", 0));
    await at.say("up", up({ fPort: 3, data: Buffer.of(0, 0x80, 60).toString("base64") }));
    await eventually("a low battery", () => reads(at.deps, "batteryLow", 1) && reads(at.deps, "battery", 60));
    expect(occurrences(at.deps)).toEqual(["tamper", "pressed", "battery-low"]);
  });

  it("is one press however often the network server or the broker says it", async () => {
    await using at = await open();
    const press = up(pressed);
    for (let time = 0; time < 3; time += 1) await at.say("up", press);
    // The device did not hear its acknowledgement and sent the same frame again: another id, the same counter.
    await at.say("up", JSON.stringify({ ...JSON.parse(press), deduplicationId: crypto.randomUUID() }));
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await at.say("up", up(pressed));
    await eventually("the next", () => occurrences(at.deps).length > 1);
    await systemClock.sleep(200);
    expect(occurrences(at.deps)).toEqual(["pressed", "pressed"]);
    expect(at.deps.commits.map(({ key }) => key)).toEqual([
      `lora/${JSON.parse(press).deduplicationId}`,
      expect.stringMatching(/^lora\//),
    ]);
  });

  it("is another press after the counter began anew, with a new battery for example", async () => {
    await using at = await open();
    await at.say("up", up({ ...pressed, fCnt: undefined, devAddr: "00000001" }));
    await at.say("join", JSON.stringify({ deviceInfo: { devEui }, deduplicationId: "join-1" }));
    await at.say("up", up({ ...pressed, fCnt: undefined, devAddr: "00000002" }));
    await eventually("both", () => occurrences(at.deps).length === 3);
    expect(occurrences(at.deps)).toEqual(["pressed", "joined-network", "pressed"]);
  });

  it("is held between uplinks where its uplinks say so", async () => {
    await using at = await open({ pressAs: "level", stuckAfterMs: 1_000 });
    await at.say("up", up(pressed));
    await at.say("up", up(pressed));
    await eventually("that it is stuck", () => reads(at.deps, "stuck", 1));
    await at.say("up", up());
    await eventually("the release", () => reads(at.deps, "pressed", 0));
    expect(occurrences(at.deps)).toEqual(["pressed", "stuck", "released"]);
  });

  it("knows its charge from the network server's status, and when there is none to know", async () => {
    await using at = await open({ mapping: { pressed: { field: "alarm" } } });
    await at.say("status", status({ batteryLevel: 64.5 }));
    await eventually("its charge", () => reads(at.deps, "battery", 64.5));
    await at.say("status", status({ externalPowerSource: true }));
    await eventually("none", () => at.deps.last("battery")?.reading.quality === "bad");
    await at.say("status", status({}));
    await eventually("an empty battery", () => reads(at.deps, "battery", 0) && reads(at.deps, "batteryLow", 1));
    expect(occurrences(at.deps)).toEqual(["battery-low"]);
  });

  it.each([
    ["no codec decodes it", mapping, { object: undefined }, "no codec of the device profile decodes its uplinks"],
    ["it is too short", { pressed: { byte: 5 } }, {}, "the uplink has 3 bytes and no byte 5"],
  ])("is at fault where a press would not be seen: %s", async (_, wanted, changes, reason) => {
    await using at = await open();
    await at.device[Symbol.asyncDispose]();
    const device = button.configure("device", { source: "chirpstack", applicationId: "7", devEui, mapping: wanted });
    await using again = await device.open(at.deps, never);
    for (let tries = 0; at.deps.lastStatus()?.state !== "fault"; tries += 1) {
      if (tries > 200) throw new Error("no fault");
      await at.say("up", up(changes));
      await systemClock.sleep(50);
    }
    expect(at.deps.lastStatus()?.reason).toBe(`bad-frame: ${reason}`);
    expect(at.deps.last("pressed")?.reading).toMatchObject({ quality: "bad", reason: "bad-frame" });
    expect(again.ended).toBeInstanceOf(Promise);
  });

  it("takes nothing from another device, from garbage, or from what was kept", async () => {
    await using at = await open();
    await at.say("up", up({ ...pressed, deviceInfo: { devEui: "0000000000000001" } }));
    await at.say("up", "{");
    await at.say("log", up(pressed));
    await at.broker.say(`${DEVICE}/event/up`, up(pressed), { retain: true });
    await at.broker.say(`application/8/device/${devEui}/event/up`, up(pressed));
    await systemClock.sleep(200);
    // The retained one was fresh when it was said: it is a press, once, and none when it comes from the store.
    expect(occurrences(at.deps)).toEqual(["pressed"]);
  });

  it("asks for a downlink so that the button shows how its call stands", async () => {
    await using at = await open({ indicator: { fPort: 10, raised: "01ff", off: "00" } });
    const down = await at.broker.listen(`${DEVICE}/command/down`);
    const show = (value: number) =>
      at.device.execute({ kind: "write", pointId: "indicator", value, actor: "rule" }, never);
    expect(await show(1)).toMatchObject({ kind: "done", after: 1, detail: expect.stringContaining("next uplink") });
    await eventually("the downlink", () => down.length === 1);
    expect(JSON.parse(down[0]?.payload ?? "")).toEqual({ devEui, confirmed: true, fPort: 10, data: "Af8=" });
    expect(await show(3)).toMatchObject({ kind: "done", detail: expect.stringContaining("kept here only") });
  });
});
