import { spawnSync } from "node:child_process";
import { chmod, chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { downlinkFilter, downlinkTopic, uplinkTopic } from "@outpost/wire/topics.ts";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { FleetBus } from "../../broker/bus.ts";
import { openExternalBroker } from "../../broker/external-broker.ts";
import { startMosquitto, type Mosquitto } from "../../broker/testing/mosquitto.ts";
import { until } from "../../broker/testing/until.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import type { ClientIdentity } from "../testing/box.ts";
import { openEnrolRig, type EnrolRig } from "../testing/rig.ts";
import { mosquittoConfiguration } from "./configuration.ts";
import { writeBrokerFiles } from "./write-files.ts";

let server: TestPostgres;
let rig: EnrolRig;
let broker: Mosquitto;
let bus: FleetBus;
let folder = "";
let port = 0;
const heard: string[] = [];
const clients: MqttClient[] = [];

/** Where we are root mosquitto goes over to its own account before it reads its key. */
async function giveToMosquitto(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const uid = Number(spawnSync("id", ["-u", "mosquitto"], { encoding: "utf8" }).stdout.trim());
  await chown(join(folder, "server.key"), uid, uid);
}

async function write(): Promise<void> {
  await writeBrokerFiles(rig.enrolment, { folder, port, hosts: ["127.0.0.1"] });
  await giveToMosquitto();
}

async function claim(gatewayId: string): Promise<ClientIdentity> {
  return await rig.box.claim((await rig.claim({ lines: [{ gatewayId }] })).code, gatewayId);
}

async function connect(clientId: string, identity: Partial<ClientIdentity>): Promise<MqttClient> {
  const options = { clientId, ca: rig.ca, protocolVersion: 4, clean: true, reconnectPeriod: 0 } as const;
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, { ...options, ...identity }, false);
  client.on("error", () => {});
  clients.push(client);
  return client;
}

describe.skipIf(missingPeer(MOSQUITTO) !== undefined)("Debian's mosquitto with the configuration that we write", () => {
  beforeAll(async () => {
    server = await startTestPostgres();
    rig = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    folder = await mkdtemp(join(tmpdir(), "outpost mosquitto "));
    await chmod(folder, 0o755);
    port = await freePort();
    await write();
    broker = await startMosquitto(port, join(folder, "mosquitto.conf"));
    bus = await openExternalBroker({
      url: `mqtts://127.0.0.1:${port}`,
      share: "fleet",
      tls: () => rig.identity.options,
      log: silentLog,
      onUplink: (topic, payload) => heard.push(`${topic} ${payload.toString()}`),
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
  });
  afterAll(async () => {
    await bus[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("carries a gateway's words up and the fleet's down", async () => {
    const gateway = await connect("gw-one", await claim("gw-one"));
    const seen: string[] = [];
    gateway.on("message", (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await gateway.subscribeAsync(downlinkFilter("gw-one"), { qos: 1 });
    await gateway.publishAsync(uplinkTopic("gw-one", "hello"), "here", { qos: 1 });
    await until(() => heard.find((one) => one === "outpost/1/gw-one/up/hello here"), "the fleet heard it");
    await bus.publish(downlinkTopic("gw-one", "busy"), Buffer.from("wait"));
    await until(() => seen.find((one) => one === "outpost/1/gw-one/down/busy wait"), "the gateway heard it");
    expect((await stat(join(folder, "server.key"))).mode & 0o777).toBe(0o600);
  });

  it("lets a gateway neither speak nor listen as another, nor push another off by its name", async () => {
    const victim = await connect("gw-victim", await claim("gw-victim"));
    const seen: string[] = [];
    victim.on("message", (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await victim.subscribeAsync(downlinkFilter("gw-victim"), { qos: 1 });
    const curious = await connect("gw-victim", await claim("gw-curious"));
    const read: string[] = [];
    curious.on("message", (topic) => read.push(topic));
    for (const filter of [downlinkFilter("gw-victim"), "#", "outpost/1/+/up/+", "outpost/1/+/down/+"]) {
      await curious.subscribeAsync(filter, { qos: 1 }).catch(() => {});
    }
    await curious.publishAsync(uplinkTopic("gw-victim", "hello"), "I am another", { qos: 1 });
    await curious.publishAsync(downlinkTopic("gw-victim", "busy"), "obey", { qos: 1 });
    await bus.publish(downlinkTopic("gw-victim", "busy"), Buffer.from("secret"));
    await curious.publishAsync(uplinkTopic("gw-curious", "hello"), "mine", { qos: 1 });
    await until(() => heard.find((one) => one === "outpost/1/gw-curious/up/hello mine"), "its own word came");
    await until(() => seen.find((one) => one.endsWith("secret")), "the fleet's word came");
    expect(seen).toEqual(["outpost/1/gw-victim/down/busy secret"]);
    expect(read).toEqual([]);
    expect(heard.filter((one) => one.includes("I am another"))).toEqual([]);
    expect(victim.connected).toBe(true);
  });

  it("refuses whoever has no certificate, one of another authority, or one that was revoked", async () => {
    await expect(connect("gw-none", {})).rejects.toThrow(/./);
    await using other = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    const foreign = await other.box.claim((await other.claim({ lines: [{ gatewayId: "gw-one" }] })).code, "gw-one");
    await expect(connect("gw-one", foreign)).rejects.toThrow(/./);
    const [identity, honest] = [await claim("gw-thief"), await claim("gw-honest")];
    await connect("gw-thief", identity);
    await rig.enrolment.revoke({ gatewayId: "gw-thief" }, { by: "wang", reason: "stolen" });
    await write();
    broker.reload();
    await until(async () => {
      const client = await connect("gw-thief", identity).catch(() => undefined);
      return client === undefined ? true : undefined;
    }, "the list of revoked certificates was read");
    await connect("gw-honest", honest);
  });

  it("is written for an absolute path of one line only", () => {
    for (const bad of ["relative", "/a\nuser root", "/a\r\nb", ""]) {
      expect(() => mosquittoConfiguration(bad, 8883)).toThrow(/absolute path/);
    }
  });
});
