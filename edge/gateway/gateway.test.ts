import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator, type Simulator } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import type { Order } from "@outpost/wire/downlink.ts";
import type { WireRecord } from "@outpost/wire/records.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SAMPLE_SITE } from "../site/testing/sample-site.ts";
import { ScriptedFleet } from "../sync/testing/scripted-fleet.ts";
import { openGateway, type Gateway } from "./gateway.ts";

const WAIT = { timeout: 30_000, interval: 50 };
const DOOR = `
  - { id: door, kind: equals, device: station, point: doorOpen, value: 1, priority: high, message: { zh: 门开, en: Door } }
`;

let stack: AsyncDisposableStack;
let simulator: Simulator;
let fleet: ScriptedFleet;
let gateway: Gateway;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "outpost-gateway-"));
  stack.defer(() => rm(directory, { recursive: true }));
  simulator = stack.use(await startSimulator({ tcp: { host: "127.0.0.1", port: 0 } }));
  fleet = stack.use(await ScriptedFleet.open("gateway-01"));
  const siteFile = join(directory, "site.yaml");
  // Without the action that holds the siren, the desk may write it.
  const text = SAMPLE_SITE.slice(0, SAMPLE_SITE.indexOf("\nactions:")).replace("    actions: [siren]\n", "");
  const site = text
    .replace("port: 1502", `port: ${simulator.ports.tcp}`)
    .replace("\nlinks:", `uplink: { url: "${fleet.url}" }\n\nlinks:`);
  await writeFile(siteFile, site + DOOR);
  const opening = await openGateway({
    siteFile,
    stateDirectory: join(directory, "state"),
    agentVersion: "0.1.0",
    buildTimeMs: 0,
    log: silentLog,
  });
  if (opening.kind !== "open") throw new Error(JSON.stringify(opening));
  gateway = stack.use(opening.gateway);
  await vi.waitUntil(() => fleet.hellos.length > 0 && fleet.heard.includes("reported"), WAIT);
});
afterEach(async () => {
  await stack.disposeAsync();
});

/** Every record the fleet was sent so far. */
function records(): WireRecord[] {
  return fleet.batches.flatMap(({ rows }) => rows.flatMap((row) => (row.kind === "record" ? [row.record] : [])));
}

/** Sends an order in the session that stands, and waits for its result. */
async function command(order: Order, id = randomBytes(16).toString("hex"), session = fleet.hellos.at(-1)?.session) {
  fleet.say("command", { v: 1, id, session, actor: "wang", ttlMs: 10_000, order });
  return await vi.waitUntil(
    () => records().find((record) => record.kind === "result" && record.commandId === id),
    WAIT,
  );
}

function write(pointId: string, value: number): Order {
  return { kind: "write", deviceId: "station", pointId, value };
}

const SIREN_ON: Order = { kind: "write", deviceId: "station", pointId: "siren", value: 1 };

describe("a gateway with its uplink", () => {
  it("reports readings and its device's health", async () => {
    await vi.waitUntil(() => records().some((one) => one.kind === "measurement" && one.pointId === "level"), WAIT);
    await vi.waitUntil(() => records().some((one) => one.kind === "status" && one.state === "online"), WAIT);
    expect(records().find((one) => one.kind === "measurement" && one.pointId === "level")).toMatchObject({
      deviceId: "station",
      unit: "m",
      value: expect.any(Number),
    });
  });

  it("carries out a write from the desk once, and sends its result", async () => {
    const id = randomBytes(16).toString("hex");
    expect(await command(SIREN_ON, id)).toMatchObject({ outcome: "done", actor: "wang" });
    expect(simulator.station.snapshot().siren).toMatchObject({ isOn: true, writes: 1 });
    fleet.say("command", {
      v: 1,
      id,
      session: fleet.hellos.at(-1)?.session,
      actor: "wang",
      ttlMs: 10_000,
      order: SIREN_ON,
    });
    await command({ kind: "write", deviceId: "station", pointId: "level", value: 1 });
    expect(simulator.station.snapshot().siren.writes).toBe(1);
  });

  it("refuses what must not be written, with the device's own reason; the fleet's clock disagrees with ours here", async () => {
    expect(await command(write("level", 1))).toMatchObject({
      outcome: "refused",
      detail: expect.stringMatching(/^not-writable/),
    });
    expect(await command(write("siren", 7))).toMatchObject({
      outcome: "refused",
      detail: expect.stringMatching(/^out-of-limits/),
    });
    expect(await command(write("pump1.start", 1))).toMatchObject({
      outcome: "refused",
      detail: expect.stringMatching(/^clock-not-confident/),
    });
    expect(await command({ ...SIREN_ON, deviceId: "nobody" })).toMatchObject({ outcome: "refused" });
  });

  it("leaves a command of another session alone", async () => {
    const order = { v: 1, id: randomBytes(16).toString("hex"), session: "0".repeat(32), actor: "wang", ttlMs: 10_000 };
    fleet.say("command", { ...order, order: SIREN_ON });
    await command({ kind: "write", deviceId: "station", pointId: "level", value: 1 });
    expect(simulator.station.snapshot().siren.writes).toBe(0);
  });

  it("tells the desk of an alarm at once, and takes its acknowledgement once", async () => {
    simulator.station.apply({ kind: "door-open", isActive: true });
    await vi.waitUntil(() => fleet.heard.includes("notice"), WAIT);
    const raised = await vi.waitUntil(
      () => records().find((one) => one.kind === "alarm" && one.ruleId === "door"),
      WAIT,
    );
    if (raised.kind !== "alarm") throw new Error("an alarm was looked for");
    const order = { kind: "acknowledge", occurrenceId: raised.occurrenceId, expectedVersion: 1 } as const;
    expect(await command(order)).toMatchObject({ outcome: "done" });
    expect(await command(order)).toMatchObject({ outcome: "stale", detail: "the alarm is at version 2 now" });
    expect(
      records()
        .filter((one) => one.kind === "alarm")
        .map(({ version, state }) => [version, state]),
    ).toEqual([
      [1, "active-unacknowledged"],
      [2, "active-acknowledged"],
    ]);
  });

  it("shows on its page that the fleet hears it", async () => {
    const page = await (await fetch(`${gateway.statusPage}/live?lang=en`)).text();
    expect(page).toContain("connected");
  });
});
