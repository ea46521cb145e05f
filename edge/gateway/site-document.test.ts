import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator, type Simulator } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import type { Desired, ReportedSite } from "@outpost/wire/site-exchange.ts";
import { digestOf, packText, unpackText } from "@outpost/wire/site-packing.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { siteState } from "../site/desired/state.ts";
import { lastGoodPath } from "../site/last-good.ts";
import { SAMPLE_SITE } from "../site/testing/sample-site.ts";
import { ScriptedFleet } from "../sync/testing/scripted-fleet.ts";
import { openGateway, type Gateway } from "./gateway.ts";

const WAIT = { timeout: 60_000, interval: 50 };
const MAINS =
  "  - { id: mains, kind: equals, device: station, point: mainsFail, value: 1, priority: critical, message: { zh: 停电, en: Mains }, actions: [siren] }\n";
const DOOR =
  "\n  - { id: door, kind: equals, device: station, point: doorOpen, value: 1, priority: high, message: { zh: 门, en: Door } }\n\nactions:";

const weaker = (text: string): string => text.replace("limit: 3.2", "limit: 3.8");

let stack: AsyncDisposableStack;
let directory: string;
let siteFile: string;
let simulator: Simulator;
let fleet: ScriptedFleet;
let gateway: Gateway;
let first: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await mkdtemp(join(tmpdir(), "outpost-document-"));
  stack.defer(() => rm(directory, { recursive: true }));
  simulator = stack.use(await startSimulator({ tcp: { host: "127.0.0.1", port: 0 } }));
  fleet = stack.use(await ScriptedFleet.open("gateway-01"));
  siteFile = join(directory, "site.yaml");
  first = SAMPLE_SITE.replace("port: 1502", `port: ${simulator.ports.tcp}`)
    .replace("\nlinks:", `uplink: { url: "${fleet.url}" }\n\nlinks:`)
    .replace("\nactions:", `${MAINS}\nactions:`);
  await writeFile(siteFile, first);
  stack.defer(async () => await gateway[Symbol.asyncDispose]());
  await open();
});
afterEach(async () => {
  await stack.disposeAsync();
});

async function open(): Promise<void> {
  const stateDirectory = join(directory, "state");
  const opening = await openGateway({ siteFile, stateDirectory, agentVersion: "1", buildTimeMs: 0, log: silentLog });
  if (opening.kind !== "open") throw new Error(JSON.stringify(opening));
  gateway = opening.gateway;
}

async function restart(): Promise<void> {
  await gateway[Symbol.asyncDispose]();
  await open();
}

/** Waits until the gateway has reported this of its document. */
async function reported(fits: (site: ReportedSite) => boolean): Promise<ReportedSite> {
  return await vi.waitUntil(() => {
    const site = fleet.reports.at(-1)?.document;
    return site !== undefined && fits(site) ? site : undefined;
  }, WAIT);
}

const mark = (site: ReportedSite) => ({ store: site.local.store, number: site.local.number });

/** The desk offers a text, as somebody wrote it who had what was reported last before his eyes. */
async function offer(revision: number, text: string, changes: Partial<Desired> = {}): Promise<void> {
  const site = await reported(() => true);
  const packed = packText(text) ?? "";
  const one = { v: 1, revision, digest: digestOf(text), knows: mark(site), author: "wang", createdAtMs: 1, packed };
  fleet.say("desired", { ...one, ...changes });
}

const offerOf = async (revision: number, state: string): Promise<ReportedSite> =>
  await reported((site) => site.offer?.revision === revision && site.offer.state === state);

/** Whether the rule of the door runs: its alarm comes when the door is opened. */
async function doorAlarms(): Promise<void> {
  simulator.station.apply({ kind: "door-open", isActive: true });
  await vi.waitUntil(
    () => fleet.batches.some(({ rows }) => rows.some((row) => row.body.includes('"ruleId":"door"'))),
    WAIT,
  );
}

describe("a revision of the desk", () => {
  it("runs, is reported, and runs after a restart though the site file says otherwise", async () => {
    expect(await reported(() => true)).toMatchObject({
      running: { digest: digestOf(first), origin: "local", by: "site file", revision: 0 },
      local: { number: 1, base: 0 },
      fileFaults: [],
    });
    const better = first.replace("\nactions:", DOOR);
    await offer(1, better);
    expect(await offerOf(1, "running")).toMatchObject({
      running: { digest: digestOf(better), origin: "desk", by: "wang", revision: 1 },
    });
    await doorAlarms();
    await restart();
    expect(gateway.site.status()).toMatchObject({ running: { digest: digestOf(better), revision: 1 }, fileFaults: [] });
    expect(gateway.site.text("running")).toBe(better);
    expect(await readFile(lastGoodPath(join(directory, "state")), "utf8")).toBe(better);
    expect(await readFile(siteFile, "utf8")).toBe(first);
  });

  it("that is old, or heard already, changes nothing", async () => {
    const better = first.replace("\nactions:", DOOR);
    await offer(5, better);
    await offerOf(5, "running");
    await offer(4, first.replace("limit: 3.2", "limit: 3.1"));
    await offer(5, better);
    await offer(6, better.replace("limit: 3.2", "limit: 3.0"));
    expect(await offerOf(6, "running")).toMatchObject({ running: { revision: 6 } });
    expect(gateway.site.text("running")).toContain("limit: 3.0");
  });

  it.each([
    ["nothing at all", () => "", "faults"],
    ["no devices", (text: string) => `${text.slice(0, text.indexOf("links:"))}links: []\ndevices: []\n`, "no devices"],
    ["something else", () => '{"hello":"world"}', "faults"],
    ["garbage", () => "[[[[", "faults"],
    ["another gateway's", (text: string) => text.replace("gateway-01", "gateway-02"), "gateway-02"],
    ["a rule about a device nobody has", (text: string) => text.replace("device: station", "device: pump"), "faults"],
    ["what only a restart can change", (text: string) => `${text}journal: { keepDays: 7 }\n`, "restart"],
  ])("with %s is refused with a reason, and the site runs on and alarms", async (_, change, reason) => {
    const bad = change(first);
    await offer(1, bad);
    const site = await offerOf(1, "refused");
    expect(site.offer?.reason).toContain(reason);
    expect(site.running.digest).toBe(digestOf(first));
    expect((site.offer?.faults.length ?? 0) > 0).toBe(["faults", "restart"].includes(reason));
    simulator.station.apply({ kind: "mains", isActive: true });
    await vi.waitUntil(() => simulator.station.snapshot().siren.isOn, WAIT);
  });

  it("whose bytes are not what they say is refused, and one without a revision is left out", async () => {
    fleet.say("desired", { v: 1, packed: "" });
    fleet.say("desired", Buffer.from("nonsense"));
    await offer(1, first.replace("limit: 3.2", "limit: 3.0"), { digest: "0".repeat(64) });
    expect((await offerOf(1, "refused")).offer?.reason).toContain("not the one");
  });

  it("is left alone after the process did not survive it three times", async () => {
    const better = first.replace("\nactions:", DOOR);
    await offer(1, better);
    await offerOf(1, "running");
    await gateway[Symbol.asyncDispose]();
    const statePath = join(directory, "state", "site", "state.json");
    const state = siteState.parse(JSON.parse(await readFile(statePath, "utf8")));
    const running = { digest: digestOf(first), sinceMs: 1, origin: "local", by: "site file", revision: 0 };
    await writeFile(join(directory, "state", "site", `${digestOf(first)}.yaml`), first);
    await writeFile(
      statePath,
      JSON.stringify({ ...state, running, offer: { ...state.offer, state: "applying", attempts: 3 } }),
    );
    await open();
    expect(gateway.site.status()).toMatchObject({ running: { digest: digestOf(first) }, offer: { state: "failed" } });
  });
});

describe("a revision that weakens a critical alarm", () => {
  it("is held over a restart, and runs when somebody on site confirms it", async () => {
    await offer(1, weaker(first));
    expect((await offerOf(1, "held")).offer?.weakenings).toMatchObject([{ kind: "limit-moved", ruleId: "high-level" }]);
    await restart();
    expect(gateway.site.status()).toMatchObject({ offer: { state: "held" }, running: { digest: digestOf(first) } });
    expect(gateway.site.text("offered")).toBe(weaker(first));
    expect(await gateway.site.confirmHeld(2, "zhang")).toEqual({ kind: "nothing-to-decide" });
    expect(await gateway.site.confirmHeld(1, "zhang")).toEqual({ kind: "applied" });
    expect(gateway.site.status().running).toMatchObject({ digest: digestOf(weaker(first)), revision: 1 });
    expect(gateway.site.status().offer?.reason).toContain("zhang");
  });

  it("is left out when somebody on site rejects it", async () => {
    await offer(1, weaker(first));
    await offerOf(1, "held");
    expect(await gateway.site.rejectHeld(1, "zhang")).toEqual({ kind: "applied" });
    expect((await offerOf(1, "rejected")).offer?.reason).toBe("zhang");
    expect(gateway.site.text("running")).toBe(first);
  });

  it("runs when a second person at the desk approves it, not when its author does", async () => {
    await offer(1, weaker(first), { approval: { by: "wang", atMs: 1 } });
    await offerOf(1, "held");
    await offer(1, weaker(first), { approval: { by: "li", atMs: 1 } });
    await offerOf(1, "running");
    expect(gateway.site.text("running")).toBe(weaker(first));
  });
});

describe("a change on site", () => {
  it("by the site file is reported with its text, and is not asked about", async () => {
    const changed = `# by hand\n${first.replace("limit: 3.2", "limit: 3.6")}`;
    await writeFile(siteFile, changed);
    expect(await gateway.apply()).toEqual([]);
    const site = await reported(({ local }) => local.number === 2);
    expect(site).toMatchObject({
      running: { digest: digestOf(changed), origin: "local" },
      local: { base: 0, by: "site file" },
    });
    fleet.say("fetch", { v: 1, digest: digestOf(changed) });
    await vi.waitUntil(() => fleet.documents.some((one) => unpackText(one) === changed), WAIT);
  });

  it("by a technician is refused with its faults, asked about where it weakens, and then runs", async () => {
    const change = { who: "zhang", why: "new gauge", acceptsWeakening: false };
    const bad = await gateway.site.applyLocal({ ...change, text: first.replace("point: level", "point: levle") });
    expect(bad).toMatchObject({ kind: "refused", faults: [{ path: "rules.0.point" }] });
    const weak = weaker(first);
    expect(await gateway.site.applyLocal({ ...change, text: weak })).toMatchObject({
      kind: "weakens",
      weakenings: [{ kind: "limit-moved" }],
    });
    expect(gateway.site.text("running")).toBe(first);
    expect(await gateway.site.applyLocal({ ...change, text: weak, acceptsWeakening: true })).toEqual({
      kind: "applied",
    });
    expect(await reported(({ local }) => local.number === 2)).toMatchObject({
      local: { by: "zhang", why: "new gauge" },
    });
    await restart();
    // The file is not what runs; nor was it changed since.
    expect(gateway.site.text("running")).toBe(weak);
  });

  it("of a site file without the desk's changes is refused until it says that it has them", async () => {
    await offer(3, first.replace("\nactions:", DOOR));
    await offerOf(3, "running");
    const changed = first.replace("limit: 3.2", "limit: 3.0");
    await writeFile(siteFile, changed);
    expect(await gateway.apply()).toMatchObject([{ message: expect.stringContaining("# based on revision 3") }]);
    await restart();
    expect(gateway.site.status()).toMatchObject({
      running: { revision: 3 },
      fileFaults: [{ message: expect.any(String) }],
    });
    await writeFile(siteFile, `# based on revision 3\n${changed}`);
    expect(await gateway.apply()).toEqual([]);
    expect(gateway.site.status()).toMatchObject({ running: { origin: "local", revision: 3 }, local: { base: 3 } });
  });

  it.each([
    ["keep-local", "local"],
    ["take-desk", "desk"],
    ["merged", "merged"],
  ] as const)("that the desk did not know of is a conflict, and ends by a choice: %s", async (kind, expected) => {
    const texts = {
      desk: first.replace("\nactions:", DOOR),
      local: first.replace("limit: 3.2", "limit: 3.0"),
      merged: "",
    };
    texts.merged = texts.desk.replace("limit: 3.2", "limit: 3.0");
    const before = mark(await reported(() => true));
    const change = { text: texts.local, who: "zhang", why: "gauge", acceptsWeakening: false };
    expect(await gateway.site.applyLocal(change)).toEqual({ kind: "applied" });
    await offer(1, texts.desk, { knows: before });
    await offerOf(1, "conflict");
    expect(gateway.site.text("running")).toBe(texts.local);
    expect(gateway.site.text("offered")).toBe(texts.desk);
    const choice = kind === "merged" ? { kind, text: texts.merged } : { kind };
    expect(await gateway.site.resolveConflict(1, choice, "zhang")).toEqual({ kind: "applied" });
    const site = await reported(({ local }) => local.number === 3);
    expect(site).toMatchObject({ local: { base: 1, digest: digestOf(texts[expected]) }, offer: { state: "running" } });
    expect(gateway.site.text("running")).toBe(texts[expected]);
  });
});

describe("a state folder that cannot be read", () => {
  it("leaves the site to its last good document, under another name than before", async () => {
    const better = first.replace("\nactions:", DOOR);
    await offer(1, better);
    const { local } = await offerOf(1, "running");
    await gateway[Symbol.asyncDispose]();
    await writeFile(join(directory, "state", "site", "state.json"), "{");
    await open();
    expect(gateway.site.text("running")).toBe(better);
    expect(gateway.site.status().local.store).not.toBe(local.store);
    // The desk offers the same again: it is what runs.
    await offer(1, better, { knows: undefined });
    await offerOf(1, "running");
  });
});
