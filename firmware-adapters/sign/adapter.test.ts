import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { startAedes, startMosquitto } from "../links/testing/brokers.ts";
import { sign } from "./adapter.ts";
import { signFamily, signSettings } from "./settings.ts";
import { startSimulator, type Simulator } from "./simulator/simulator.ts";
import { CLIENT_ID, LOOPBACK, QUICK } from "./testing/rigs.ts";

const noMosquitto = missingPeer(MOSQUITTO);
if (noMosquitto !== undefined) console.warn(`skipped behind mosquitto: ${noMosquitto}`);

/** What the simulated panel's brightness may be, by day and by night. */
const isPossible = (value: number): boolean => value === 80 || value === 30;

async function httpRig(): Promise<Rig> {
  let simulator: Simulator = await startSimulator({ http: LOOPBACK, token: "secret" });
  const { http: port } = simulator.ports;
  const settings = { ...QUICK, via: { kind: "http", url: `http://127.0.0.1:${port}`, token: "secret" } };
  return {
    settings,
    badSettings: { settings: { ...settings, timeoutMs: 5 }, path: "timeoutMs" },
    pointId: "brightness",
    isPossible,
    breakLine: async () => {
      await simulator[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      simulator = await startSimulator({ http: { ...LOOPBACK, port: port ?? 0 }, token: "secret" });
    },
    fallSilent: () => {
      simulator.moods.isSilent = true;
    },
    untilAsked: () => simulator.nextRequest(),
    sendGarbage: async (bytes) => simulator.moods.say(bytes),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** @param more  what another dialect says otherwise. */
async function mqttRig(
  startBroker: typeof startAedes,
  more: { readonly dialect?: object; readonly staleMs?: number } = {},
): Promise<Rig> {
  const stack = new AsyncDisposableStack();
  const broker = stack.use(await startBroker());
  const simulator = stack.use(await startSimulator({ mqtt: broker.url }));
  const { dialect = {}, ...via } = more;
  const settings = { ...QUICK, dialect, via: { kind: "mqtt", topic: "sign", ...via } };
  const isAsked = more.staleMs === undefined;
  return {
    link: { id: "line", kind: "mqtt", url: broker.url, clientId: CLIENT_ID },
    settings,
    badSettings: { settings: { ...settings, via: { kind: "mqtt", topic: "sign/#" } }, path: "via.topic" },
    pointId: "brightness",
    isPossible,
    ...(isAsked ? { untilAsked: () => simulator.nextRequest() } : { speak: async () => simulator.tellState() }),
    breakLine: () => broker.cut(),
    mendLine: () => broker.mend(),
    fallSilent: () => {
      simulator.moods.isSilent = true;
    },
    sendGarbage: (bytes) => broker.say("sign/state", bytes),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describeAdapter("a sign over HTTP", sign, httpRig);
describeAdapter("a sign over MQTT", sign, () => mqttRig(startAedes));
describeAdapter("a sign over MQTT that cannot be asked", sign, () =>
  mqttRig(startAedes, { dialect: { mqtt: { ask: null } }, staleMs: 1_500 }),
);
describe.skipIf(noMosquitto !== undefined)("behind mosquitto", () => {
  describeAdapter("a sign over MQTT", sign, () => mqttRig(startMosquitto));
});

describe("configuring a sign", () => {
  const via = { kind: "http", url: "http://sign.local" };

  it("takes no link over HTTP and a broker over MQTT", () => {
    expect(signFamily.links(signSettings.parse({ via }))).toEqual([]);
    expect(signFamily.links(signSettings.parse({ via: { kind: "mqtt", topic: "stop/12" } }))).toEqual(["mqtt"]);
  });

  it.each([
    ["no way", {}, "via"],
    ["another way", { via: { kind: "smoke" } }, "via"],
    ["an address that is none", { via: { ...via, url: "sign.local" } }, "via.url"],
    ["an address with a password", { via: { ...via, url: "http://a:b@sign.local" } }, "via.url"],
    ["a token with a line break", { via: { ...via, token: "a\r\nb" } }, "via.token"],
    ["a message that says nothing", { via, messages: [{ text: { zh: " " } }] }, "messages[0].text"],
    ["a message with control characters", { via, messages: [{ text: { zh: "a\u0007" } }] }, "messages[0].text.zh"],
    [
      "a message that does not fit",
      { via, columns: 4, normal: { zh: "好" }, messages: [{ text: { zh: "地道积水".repeat(4) } }] },
      "settings.messages.0.text: needs 8 lines",
    ],
    ["a normal text that does not fit", { via, rows: 1 }, "settings.normal: needs 2 lines"],
    ["a message too many", { via, messages: Array.from({ length: 51 }, () => ({ text: { zh: "好" } })) }, "messages"],
  ])("refuses %s and says where", (_, settings, place) => {
    expect(() => sign.configure("sign", settings)).toThrow(
      expect.objectContaining({ code: "sign/bad-settings", message: expect.stringContaining(place) }),
    );
  });

  it("has no point that its dialect does not report, and none to write where there is no message", () => {
    const points = sign.configure("sign", { via, dialect: { state: { showing: "now.id" } } }).points;
    expect(points.map(({ id }) => id)).toEqual(["showing"]);
    const all = sign.configure("sign", { via, messages: [{ text: { zh: "好" } }] }).points;
    expect(all.map(({ id }) => id)).toEqual(["showing", "message", "brightness", "temperature", "uptime", "fault"]);
    expect(all.find(({ id }) => id === "message")?.writable).toEqual({ min: 0, max: 1, isHazardous: false });
  });
});
