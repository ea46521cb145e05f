import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { startAedes, startMosquitto, type TestBroker } from "../links/testing/brokers.ts";
import { button } from "./adapter.ts";
import { Board } from "./simulator/board.ts";

const noMosquitto = missingPeer(MOSQUITTO);
if (noMosquitto !== undefined) console.warn(`skipped against mosquitto: ${noMosquitto}`);

const isBit = (value: number): boolean => value === 0 || value === 1;

async function gpioRig(version: "1.6.3" | "2.1.3"): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "outpost-board-"));
  const board = await Board.make({ folder: join(folder, "board"), version, label: "stub", levels: { 17: 1 } });
  const settings = { source: "gpio", chip: "stub", line: 17, gpiomonPath: board.gpiomonPath, checkEveryMs: 300 };
  return {
    settings,
    badSettings: { settings: { ...settings, checkEveryMs: 1 }, path: "checkEveryMs" },
    pointId: "pressed",
    isPossible: isBit,
    breakLine: async () => {
      await board.unplug();
      board.killGpiomon();
    },
    mendLine: () => board.plug(),
    fallSilent: () => {
      board.setMood("hangs").catch(() => undefined);
    },
    sendGarbage: (bytes) => board.print(bytes),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the radio rigs have in common: a broker between, and a device that talks while it is let. */
async function radioRig(
  start: () => Promise<TestBroker>,
  radio: {
    readonly settings: object;
    readonly badSettings: { readonly settings: object; readonly path: string };
    readonly topic: string;
    heartbeat(): string;
  },
): Promise<Rig> {
  const broker = await start();
  let isSilent = false;
  return {
    link: { id: "broker", kind: "mqtt", url: broker.url, clientId: "gateway" },
    settings: radio.settings,
    badSettings: radio.badSettings,
    pointId: "pressed",
    isPossible: isBit,
    async speak() {
      if (!isSilent) await broker.say(radio.topic, radio.heartbeat());
    },
    breakLine: () => broker.cut(),
    mendLine: () => broker.mend(),
    fallSilent: () => {
      isSilent = true;
    },
    sendGarbage: (bytes) => broker.say(radio.topic, bytes),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

const zigbeeSettings = { source: "zigbee2mqtt", friendlyName: "bedside", supervisionMs: 1_500 };
const zigbee = {
  settings: zigbeeSettings,
  badSettings: { settings: { ...zigbeeSettings, friendlyName: "a/+/b" }, path: "friendlyName" },
  topic: "zigbee2mqtt/bedside",
  heartbeat: () => JSON.stringify({ battery: 90, linkquality: 120, last_seen: new Date().toISOString() }),
};

const devEui = "a84041ffff1b2c3d";
const loraSettings = {
  source: "chirpstack",
  applicationId: "7",
  devEui,
  mapping: { pressed: { field: "alarm" } },
  heartbeatMs: 1_000,
  missedHeartbeats: 2,
};
let uplinks = 0;
const lora = {
  settings: loraSettings,
  badSettings: { settings: { ...loraSettings, devEui: "a840" }, path: "devEui" },
  topic: `application/7/device/${devEui}/event/up`,
  heartbeat: () =>
    JSON.stringify({
      deduplicationId: crypto.randomUUID(),
      deviceInfo: { devEui },
      devAddr: "01020304",
      fCnt: (uplinks += 1),
      fPort: 2,
      data: "AA==",
      object: { alarm: false },
      rxInfo: [{ gatewayId: "0016c001f1500812", rssi: -97, snr: 6.5 }],
    }),
};

describeAdapter("a wired button, libgpiod 1", button, () => gpioRig("1.6.3"));
describeAdapter("a wired button, libgpiod 2", button, () => gpioRig("2.1.3"));
describeAdapter("a Zigbee button", button, () => radioRig(startAedes, zigbee));
describeAdapter("a LoRaWAN button", button, () => radioRig(startAedes, lora));
describe.skipIf(noMosquitto !== undefined)("with mosquitto", () => {
  describeAdapter("a Zigbee button", button, () => radioRig(startMosquitto, zigbee));
});
