import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { downlinkFilter, downlinkTopic, uplinkTopic } from "@outpost/wire/topics.ts";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";

import type { FleetBus } from "./bus.ts";
import { MAX_PACKET_BYTES, openEmbeddedBroker } from "./embedded-broker.ts";
import { openExternalBroker } from "./external-broker.ts";
import { PacketMeter } from "./packet-guard.ts";
import { startMosquitto } from "./testing/mosquitto.ts";
import { until } from "./testing/until.ts";

interface Uplink {
  readonly topic: string;
  readonly payload: Buffer;
}

/** A bus with everything it received, and a way to wait for it. */
interface Rig extends AsyncDisposable {
  readonly bus: FleetBus;
  received(count: number): Promise<readonly Uplink[]>;
}

function collect(): { onUplink: (topic: string, payload: Buffer) => void; received: Rig["received"] } {
  const all: Uplink[] = [];
  return {
    onUplink: (topic, payload) => all.push({ topic, payload }),
    received: async (count) => await until(() => (all.length >= count ? all : undefined), `${count} messages came`),
  };
}

async function openEmbedded(maxConnections = 100): Promise<Rig> {
  const { onUplink, received } = collect();
  const bus = await openEmbeddedBroker({ host: "127.0.0.1", port: 0, maxConnections, log: silentLog, onUplink });
  return { bus, received, [Symbol.asyncDispose]: async () => await bus[Symbol.asyncDispose]() };
}

/** One MQTT packet with this many bytes after its length. */
function packetOf(length: number): Buffer {
  const bytes = [0x30];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(bytes), Buffer.alloc(length, 0xff)]);
}

async function closeOf(emitter: { once(event: "close", listener: () => void): unknown }): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  emitter.once("close", () => resolve());
  await promise;
}

async function openExternal(share?: string): Promise<Rig> {
  const port = await freePort();
  const broker = await startMosquitto(port);
  const { onUplink, received } = collect();
  const bus = await openExternalBroker({ url: `mqtt://127.0.0.1:${port}`, share, log: silentLog, onUplink });
  return {
    bus,
    received,
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
    },
  };
}

const clients: MqttClient[] = [];
async function connectGateway(url: string, clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(
    url,
    { clientId, protocolVersion: 4, clean: true, reconnectPeriod: 0, ...options },
    false,
  );
  client.on("error", () => {});
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
});

const shapes = [
  { shape: "the embedded broker", open: async () => await openEmbedded(), missing: undefined },
  { shape: "mosquitto", open: async () => await openExternal(), missing: missingPeer(MOSQUITTO) },
  {
    shape: "mosquitto with a shared subscription",
    open: async () => await openExternal("fleet"),
    missing: missingPeer(MOSQUITTO),
  },
];

describe.each(shapes)("a fleet bus over $shape", ({ open, missing }) => {
  it.skipIf(missing !== undefined)("carries a gateway's messages up in order, bytes untouched", async () => {
    await using rig = await open();
    const gateway = await connectGateway(rig.bus.url, "ps-001");
    const payloads = [randomBytes(1_000_000), Buffer.alloc(0), Buffer.from([0, 255, 10])];
    for (const payload of payloads) await gateway.publishAsync(uplinkTopic("ps-001", "batch"), payload, { qos: 1 });
    const received = await rig.received(3);
    expect(received.map(({ topic }) => topic)).toEqual(Array(3).fill("outpost/1/ps-001/up/batch"));
    expect(
      received.map(({ payload }) =>
        payload.equals(payloads[received.findIndex((one) => one.payload === payload)] ?? Buffer.of(1)),
      ),
    ).toEqual([true, true, true]);
  });

  it.skipIf(missing !== undefined)("carries the fleet's messages down to the one gateway they are for", async () => {
    await using rig = await open();
    const [one, other] = [await connectGateway(rig.bus.url, "ps-001"), await connectGateway(rig.bus.url, "ps-002")];
    const seen: string[] = [];
    one.on("message", (topic, payload) => seen.push(`one ${topic} ${payload.toString()}`));
    other.on("message", (topic, payload) => seen.push(`other ${topic} ${payload.toString()}`));
    await one.subscribeAsync(downlinkFilter("ps-001"), { qos: 1 });
    await other.subscribeAsync(downlinkFilter("ps-002"), { qos: 1 });
    await rig.bus.publish(downlinkTopic("ps-001", "busy"), Buffer.from("a"));
    await rig.bus.publish(downlinkTopic("ps-002", "busy"), Buffer.from("b"));
    await until(() => (seen.length === 2 ? seen : undefined), "both came");
    expect(seen.toSorted()).toEqual(["one outpost/1/ps-001/down/busy a", "other outpost/1/ps-002/down/busy b"]);
  });

  it.skipIf(missing !== undefined)("passes on a gateway's last will when it vanishes", async () => {
    await using rig = await open();
    const will = {
      topic: uplinkTopic("ps-001", "presence"),
      payload: Buffer.from("gone"),
      qos: 1,
      retain: false,
    } as const;
    const gateway = await connectGateway(rig.bus.url, "ps-001", { will });
    gateway.stream.destroy();
    const [message] = await rig.received(1);
    expect(message?.payload.toString()).toBe("gone");
  });
});

describe("the embedded broker", () => {
  it("lets a client neither speak nor listen as another gateway, nor keep a session or a message", async () => {
    await using rig = await openEmbedded();
    const curious = await connectGateway(rig.bus.url, "ps-002");
    const granted = await curious
      .subscribeAsync([downlinkFilter("ps-001"), "#", downlinkFilter("ps-002")], { qos: 1 })
      .catch((error: unknown) => error);
    expect(JSON.stringify(granted)).toContain("128");
    for (const [topic, retain] of [
      [uplinkTopic("ps-001", "hello"), false],
      ["outpost/1/ps-002/up/other", false],
      [uplinkTopic("ps-002", "hello"), true],
    ] as const) {
      const client = await connectGateway(rig.bus.url, "ps-002");
      const closed = closeOf(client);
      client.publish(topic, "x", { qos: 1, retain });
      await closed;
    }
    await expect(connectGateway(rig.bus.url, "ps-003", { clean: false })).rejects.toThrow(/./);
    await expect(connectGateway(rig.bus.url, "Not A Gateway")).rejects.toThrow(/./);
    const honest = await connectGateway(rig.bus.url, "ps-001");
    await honest.publishAsync(uplinkTopic("ps-001", "hello"), "mine", { qos: 1 });
    expect((await rig.received(1)).map(({ payload }) => payload.toString())).toEqual(["mine"]);
  });

  it("goes on after foreign bytes, half packets, absurd lengths and a packet one byte too long", async () => {
    await using rig = await openEmbedded();
    const port = Number(new URL(rig.bus.url).port);
    const attacks = [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      randomBytes(100_000),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0x82, 0x02, 0x00]),
      Buffer.alloc(0),
    ];
    for (const bytes of attacks) {
      const socket = connectSocket(port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      const closed = closeOf(socket);
      socket.end(bytes);
      socket.resume();
      await closed;
    }
    const gateway = await connectGateway(rig.bus.url, "ps-001");
    const topic = uplinkTopic("ps-001", "batch");
    // Remaining length counts the topic with its length, the message id and the payload.
    const largest = MAX_PACKET_BYTES - Buffer.byteLength(topic) - 4;
    await gateway.publishAsync(topic, Buffer.alloc(largest), { qos: 1 });
    const closed = closeOf(gateway);
    gateway.publish(topic, Buffer.alloc(largest + 1), { qos: 1 });
    await closed;
    expect((await rig.received(1)).map(({ payload }) => payload.length)).toEqual([largest]);
  });

  it("refuses one connection more than its maximum and keeps the others", async () => {
    await using rig = await openEmbedded(2);
    const first = await connectGateway(rig.bus.url, "ps-001");
    await connectGateway(rig.bus.url, "ps-002");
    await expect(connectGateway(rig.bus.url, "ps-003")).rejects.toThrow(/./);
    await first.publishAsync(uplinkTopic("ps-001", "hello"), "still here", { qos: 1 });
    expect(await rig.received(1)).toHaveLength(1);
  });

  it("says in one line why it cannot listen", async () => {
    await using rig = await openEmbedded();
    const port = Number(new URL(rig.bus.url).port);
    const options = { host: "127.0.0.1", port, maxConnections: 1, log: silentLog, onUplink: () => {} };
    await expect(openEmbeddedBroker(options)).rejects.toMatchObject({ code: "broker/listen" });
  });
});

describe.skipIf(missingPeer(MOSQUITTO) !== undefined)("a fleet bus whose broker stops", () => {
  it("refuses to send meanwhile, connects again, and hears the gateways again", async () => {
    const port = await freePort();
    const first = await startMosquitto(port);
    const { onUplink, received } = collect();
    await using bus = await openExternalBroker({
      url: `mqtt://127.0.0.1:${port}`,
      share: undefined,
      log: silentLog,
      onUplink,
    });
    await first[Symbol.asyncDispose]();
    await until(() => (bus.isConnected ? undefined : true), "the loss was seen");
    await expect(bus.publish(downlinkTopic("ps-001", "busy"), Buffer.from("a"))).rejects.toMatchObject({
      code: "broker/not-connected",
    });
    await using second = await startMosquitto(port);
    expect(second).toBeDefined();
    await until(() => (bus.isConnected ? true : undefined), "connected again");
    const gateway = await connectGateway(bus.url, "ps-001");
    await gateway.publishAsync(uplinkTopic("ps-001", "hello"), "again", { qos: 1 });
    expect(await received(1)).toHaveLength(1);
  });
});

describe("PacketMeter", () => {
  it("finds the packet borders however the bytes are cut, and takes max but not max + 1", () => {
    const good = Buffer.concat([packetOf(0), packetOf(300), packetOf(1), packetOf(300)]);
    for (let size = 1; size < 70; size += 1) {
      const meter = new PacketMeter(300);
      for (let at = 0; at < good.length; at += size) expect(meter.accept(good.subarray(at, at + size))).toBe(true);
      expect(meter.accept(packetOf(301))).toBe(false);
    }
  });
});
