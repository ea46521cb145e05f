import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator, type Simulator } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { wireRecord, type NotificationRecord, type WireRecord } from "@outpost/wire/records.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { startModem, type Modem } from "../actions/sms/simulator/modem.ts";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import { readSite } from "../site/read-site.ts";
import { SAMPLE_SITE } from "../site/testing/sample-site.ts";
import { openTimekeeper } from "../timekeeping/timekeeper.ts";
import { createCore, type Core } from "./core.ts";
import { RunningSite } from "./running-site.ts";

const WAIT = { timeout: 60_000, interval: 20 };
const never = new AbortController().signal;
const PEOPLE = `
  - { id: call, kind: sms, link: modem, to: [li], language: zh }

contacts:
  - { id: li, name: { zh: 李伟, en: Li Wei }, phone: "+8613800138000" }

escalations:
  - { id: duty, steps: [{ who: [li], actions: [call], answerWithinMs: 600000 }] }
`;

const none = (): Promise<void> => Promise.resolve();

let stack: AsyncDisposableStack;
let simulator: Simulator;
let modem: Modem;
let journal: Journal;
let core: Core;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "outpost-care-"));
  stack.defer(() => rm(directory, { recursive: true }));
  simulator = stack.use(await startSimulator({ tcp: { host: "127.0.0.1", port: 0 } }));
  const line = { host: "127.0.0.1", port: 0 };
  modem = stack.use(await startModem({ line, control: undefined, clock: systemClock, log: silentLog }));
  const statePath = join(directory, "time-floor.json");
  const clock = stack.use(await openTimekeeper({ statePath, buildTimeMs: 0, log: silentLog }));
  const limits = { maxBytes: 64 * 1024 * 1024, keepDays: 1 };
  journal = stack.use(await openJournal({ directory: join(directory, "journal"), ...limits, clock, log: silentLog }));
  const siteFile = join(directory, "site.yaml");
  const modemLink = `  - { id: modem, kind: serial-server, host: 127.0.0.1, port: ${modem.ports.line} }\n`;
  const text = SAMPLE_SITE.replace("port: 1502\n", `port: ${simulator.ports.tcp}\n${modemLink}`)
    .replace("    actions: [siren]\n", "    actions: [siren]\n    escalation: duty\n")
    .replace(
      /kind: threshold[^]*?deadband: 0.1/,
      "kind: equals\n    device: station\n    point: pump1.fault\n    value: 1",
    )
    .replace(/\n$/, PEOPLE);
  await writeFile(siteFile, text);
  const reading = await readSite(siteFile);
  if (reading.kind === "refused") throw new Error(JSON.stringify(reading.faults));
  core = createCore({
    clock,
    log: silentLog,
    gatewayId: "gateway-01",
    onActed() {},
    onHealthChanged() {},
    saveMemory: () => Promise.resolve(),
    saveState: (rows) => journal.saveState(rows),
  });
  const restarts = { restartUplink: none, restartStatusPage: none, restartTechnicianPage: none, restartVision: none };
  const site = new RunningSite({ ...core, ...restarts }, reading.site);
  site.prepare();
  site.start();
  const stop = new AbortController();
  const { engine, actions, care, recorder, devices } = core;
  const loops = [engine.run(stop.signal), actions.run(stop.signal), care.run(stop.signal)];
  const recording = recorder.run(journal, stop.signal);
  stack.defer(async () => {
    stop.abort();
    await Promise.all(loops);
    await devices[Symbol.asyncDispose]();
    await recording;
  });
  await vi.waitUntil(() => devices.health("station")?.state === "online", WAIT);
  await vi.waitUntil(() => core.latest.get("station", "siren") !== undefined, WAIT);
});
afterEach(async () => {
  await stack.disposeAsync();
});

async function written(stream: "alarm" | "occurrence"): Promise<WireRecord[]> {
  const { epoch } = await journal.status();
  const rows = await journal.read({ epoch, stream, after: 0, maxRows: 10_000, maxBytes: 10_000_000 });
  return rows.map(({ body }) => wireRecord.parse(JSON.parse(body)));
}

async function notifications(): Promise<NotificationRecord[]> {
  return (await written("alarm")).flatMap((record) => (record.kind === "notification" ? [record] : []));
}

describe("a chain on the real parts: Modbus station, modem, journal", () => {
  it("is tested from an injected value to the siren's coil and the modem, and calls nobody", async () => {
    const result = await core.care.testChain("high-level", "Li Wei", never);
    expect(result).toMatchObject({
      kind: "tested",
      isPassed: true,
      actions: [
        { actionId: "siren", verdict: "confirmed" },
        { actionId: "call", verdict: "ready" },
      ],
    });
    await vi.waitUntil(() => !simulator.station.snapshot().siren.isOn, WAIT);
    expect(simulator.station.snapshot().siren.writes).toBeGreaterThanOrEqual(2);
    expect(modem.sent).toEqual([]);
    await vi.waitUntil(
      async () => (await written("occurrence")).some((one) => "name" in one && one.name === "self-test"),
      WAIT,
    );
    const steps = await written("alarm");
    expect(steps).not.toHaveLength(0);
    expect(steps.every((step) => step.kind === "alarm" && step.isTest === true)).toBe(true);
  });

  it("that cannot be told to anybody fails its test, and that is an alarm until it passes", async () => {
    modem.mood = "no-network";
    expect(await core.care.testChain("high-level", "Li Wei", never)).toMatchObject({ isPassed: false });
    const failed = () => core.engine.view("system/test-failed/high-level")?.life.state;
    expect(failed()).toBe("active-unacknowledged");
    modem.mood = "ready";
    expect(await core.care.testChain("high-level", "Li Wei", never)).toMatchObject({ isPassed: true });
    expect(failed()).toBe("cleared-unacknowledged");
  });

  it("asks the person by name and number, and is silent once somebody has answered", async () => {
    simulator.station.apply({ kind: "pump-trip", pump: 1 });
    await vi.waitUntil(() => modem.sent.length > 0, WAIT);
    expect(modem.sent[0]).toMatchObject({ phone: "+8613800138000", text: expect.stringContaining("水位过高") });
    expect(core.care.asking("high-level")).toMatchObject({ who: [{ en: "Li Wei" }] });
    const { life } = core.engine.view("high-level") ?? {};
    const order = {
      kind: "acknowledge",
      occurrenceId: life?.occurrenceId ?? "",
      expectedVersion: life?.version ?? 0,
    } as const;
    expect(core.engine.order(order, "Li Wei")).toEqual({ kind: "done" });
    expect(core.care.asking("high-level")).toBeUndefined();
    const changes = async () => (await notifications()).map(({ change }) => change).toSorted();
    // How the message went and that the chain has ended may come in either order.
    await expect.poll(changes, WAIT).toEqual(["asked", "ended", "sent"]);
    const told = await notifications();
    expect(JSON.stringify(told)).not.toContain("13800138000");
  });
});
