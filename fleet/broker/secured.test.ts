import { once } from "node:events";
import { connect as connectTls } from "node:tls";

import { silentLog } from "@outpost/kernel/log.ts";
import { downlinkFilter, downlinkTopic, uplinkTopic } from "@outpost/wire/topics.ts";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { admitGateway } from "../enrol/admit.ts";
import { makeKey, type ClientIdentity } from "../enrol/testing/box.ts";
import { openEnrolRig, type EnrolRig } from "../enrol/testing/rig.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import type { FleetBus } from "./bus.ts";
import { openEmbeddedBroker } from "./embedded-broker.ts";
import { until } from "./testing/until.ts";

const DAY_MS = 86_400_000;

let server: TestPostgres;
let rig: EnrolRig;
let bus: FleetBus;
const heard: string[] = [];
const clients: MqttClient[] = [];
beforeAll(async () => {
  server = await startTestPostgres();
  rig = await openEnrolRig({ databaseUrl: await server.createDatabase() });
  bus = await openEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    maxConnections: 100,
    log: silentLog,
    onUplink: (topic, payload) => heard.push(`${topic} ${payload.toString()}`),
    secured: {
      host: "127.0.0.1",
      port: 0,
      tls: rig.identity.options,
      onServer: (listener) => rig.identity.serve(listener),
      admit: (certificate) => admitGateway(rig.enrolment, certificate),
    },
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function claim(gatewayId: string): Promise<ClientIdentity> {
  return await rig.box.claim((await rig.claim({ lines: [{ gatewayId }] })).code, gatewayId);
}

async function connect(clientId: string, identity: Partial<ClientIdentity>, options: IClientOptions = {}) {
  const client = await connectAsync(
    bus.securedUrl ?? "",
    { clientId, ca: rig.ca, protocolVersion: 4, clean: true, reconnectPeriod: 0, ...identity, ...options },
    false,
  );
  client.on("error", () => {});
  clients.push(client);
  return client;
}

async function closed(client: MqttClient): Promise<void> {
  await until(() => (client.connected ? undefined : true), "the connection was closed");
}

describe("the broker's door for gateways with certificates", () => {
  it("lets a gateway in under the name of its certificate, over TLS 1.3 and nothing older", async () => {
    const identity = await claim("gw-one");
    const gateway = await connect("gw-one", identity);
    await gateway.publishAsync(uplinkTopic("gw-one", "hello"), "here", { qos: 1 });
    await until(() => heard.find((one) => one === "outpost/1/gw-one/up/hello here"), "the fleet heard it");
    const port = Number(new URL(bus.securedUrl ?? "").port);
    const old = connectTls({ port, host: "127.0.0.1", ca: rig.ca, maxVersion: "TLSv1.2", ...identity });
    const [error] = await once(old, "error");
    expect(String(error)).toMatch(/protocol version/i);
  });

  it("refuses whoever has no certificate, one of another authority, a plain line, or another's name", async () => {
    const identity = await claim("gw-two");
    await using other = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    const foreign = await other.box.claim((await other.claim({ lines: [{ gatewayId: "gw-two" }] })).code, "gw-two");
    await expect(connect("gw-two", {})).rejects.toThrow(/./);
    await expect(connect("gw-two", foreign)).rejects.toThrow(/./);
    await expect(connect("gw-three", identity)).rejects.toThrow(/./);
    await expect(connect("gw-two", { ...identity, key: (await makeKey("gw-two")).keyPem })).rejects.toThrow(/./);
    const { key, cert } = rig.identity.options;
    await expect(connect("gw-two", { key, cert })).rejects.toThrow(/./);
    const plain = (bus.securedUrl ?? "").replace("mqtts:", "mqtt:");
    await expect(
      connectAsync(plain, { clientId: "gw-two", protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 3_000 }, false),
    ).rejects.toThrow(/./);
  });

  it("lets a gateway neither speak nor listen as another", async () => {
    const [identity, victim] = [await claim("gw-curious"), await claim("gw-victim")];
    const seen: string[] = [];
    const target = await connect("gw-victim", victim);
    await target.subscribeAsync(downlinkFilter("gw-victim"), { qos: 1 });
    const curious = await connect("gw-curious", identity);
    curious.on("message", (topic) => seen.push(topic));
    const filters = [downlinkFilter("gw-victim"), "#", "outpost/1/+/down/+", uplinkTopic("gw-victim", "batch")];
    for (const filter of filters) {
      const granted = await curious.subscribeAsync(filter, { qos: 1 }).catch((error: unknown) => error);
      expect(JSON.stringify(granted)).toContain("128");
    }
    await bus.publish(downlinkTopic("gw-victim", "busy"), Buffer.from("secret"));
    curious.publish(uplinkTopic("gw-victim", "hello"), "I am another", { qos: 1 });
    await closed(curious);
    expect(seen).toEqual([]);
    expect(heard.filter((one) => one.includes("I am another"))).toEqual([]);
    expect(target.connected).toBe(true);
  });

  it("lets go whose certificate is revoked, keeps the others, and does not let them in again", async () => {
    const [identity, other] = [await claim("gw-thief"), await claim("gw-honest")];
    const [thief, honest] = [await connect("gw-thief", identity), await connect("gw-honest", other)];
    await bus.letGoRevoked("all");
    expect(thief.connected).toBe(true);
    const gateways = await rig.enrolment.revoke({ gatewayId: "gw-thief" }, { by: "wang", reason: "stolen" });
    await bus.letGoRevoked(gateways);
    await closed(thief);
    expect(honest.connected).toBe(true);
    await expect(connect("gw-thief", identity)).rejects.toThrow(/./);
  });

  it("refuses a certificate that has run out", async () => {
    rig.aheadMs = -100 * DAY_MS;
    const identity = await claim("gw-late");
    rig.aheadMs = 0;
    await expect(connect("gw-late", identity)).rejects.toThrow(/./);
  });
});
