import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { runToEnd } from "../../testing/gateway-process.ts";
import type { PageClient } from "../commands/page-client.ts";
import { openPageRig, PERSON, PIN, type PageRig } from "../testing/page-rig.ts";
import { readPageNote } from "./page-note.ts";
import type {
  AlarmLiveView,
  BookView,
  DrillView,
  FamilyView,
  LiveView,
  NetworkView,
  ReportView,
  RuleProposal,
  ScanView,
  SiteCheckView,
  SiteView,
} from "./views.ts";

const WAIT = { timeout: 60_000, interval: 50 };
let rig: PageRig;
let page: PageClient;
beforeAll(async () => {
  rig = await openPageRig();
  page = await rig.technician();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const site = () => page.ask<SiteView>("/api/site");

/** Reads the live stream until `isIt` says yes. */
async function live(isIt: (view: LiveView) => boolean): Promise<LiveView> {
  const { request } = await import("node:https");
  const { url, certPem } = await readPageNote(rig.state);
  return await new Promise((resolve, reject) => {
    let text = "";
    const sent = request(`${url}/api/live`, { ca: certPem, headers: { cookie: page.cookie } }, (response) => {
      response.on("error", () => {});
      response.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        const messages = text.split("\n\n");
        text = messages.pop() ?? "";
        for (const message of messages) {
          const view: LiveView = JSON.parse(message.replace(/^data: /, ""));
          if (!isIt(view)) continue;
          sent.destroy();
          resolve(view);
        }
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function drillOf(isIt: (drill: DrillView) => boolean): Promise<DrillView> {
  const view = await live((one) => one.kind === "drill" && one.drill !== null && isIt(one.drill));
  if (view.kind !== "drill" || view.drill === null) throw new Error("a drill was looked for");
  return view.drill;
}

async function standingOf(ruleId: string): Promise<AlarmLiveView | undefined> {
  const view = await live(({ kind }) => kind === "state");
  return view.kind === "state" ? view.alarms.find((alarm) => alarm.ruleId === ruleId) : undefined;
}

describe("the technician's day over the API", () => {
  it("looks at network and time, and keeps who checked them", async () => {
    const { checks, clock } = await page.ask<NetworkView>("/api/network");
    expect(checks.map(({ what }) => what)).toEqual(["address", "default-route", "fail-over", "dns", "uplink", "clock"]);
    expect(Math.abs(clock.nowMs - Date.now())).toBeLessThan(60_000);
    await page.act("/api/network/checked", { comment: "as ordered" });
    expect((await page.ask<BookView>("/api/book")).network).toMatchObject({ by: PERSON, comment: "as ordered" });
  });

  it("finds the station on its own line with an estimate and progress, and only one scan runs at a time", async () => {
    const tcp = [{ host: "127.0.0.1", port: rig.station.ports.tcp }];
    const wanted = { kind: "modbus", tcp, units: [1, 2], waitMs: 50 };
    const begun = await page.act<ScanView>("/api/scan", wanted);
    expect(begun.state).toBe("running");
    await expect(page.act("/api/scan", wanted)).rejects.toThrow("a scan is under way");
    const ended = await live((view) => view.kind === "scan" && view.scan.state === "ended");
    if (ended.kind !== "scan") throw new Error("a scan was looked for");
    expect(ended.scan).toMatchObject({ startedBy: PERSON, estimatedMs: expect.any(Number), done: 2, of: 2 });
    expect(ended.scan.findings).toContainEqual(
      expect.objectContaining({ address: "1", offer: expect.objectContaining({ settings: { unitId: 1 } }) }),
    );
  });

  it("stops a scan and keeps what it found", async () => {
    await page.act("/api/scan", { kind: "modbus", tcp: [{ host: "127.0.0.1", port: rig.station.ports.tcp }] });
    await live((view) => view.kind === "scan" && (view.scan.done ?? 0) > 0);
    await page.act("/api/scan/stop");
    const stopped = await live((view) => view.kind === "scan" && view.scan.state === "stopped");
    expect(stopped).toMatchObject({ scan: { kind: "modbus" } });
  });

  it("offers every family's schema and the profiles that ship", async () => {
    const { families } = await page.ask<{ families: readonly FamilyView[] }>("/api/families");
    expect(families.length).toBeGreaterThan(8);
    expect(families.find(({ adapter }) => adapter === "modbus")?.profiles.map(({ id }) => id)).toContain(
      "two-pump-station",
    );
  });

  it("refuses a draft with its faults, and touches nothing", async () => {
    const { document, digest } = await site();
    const bad = { ...document, devices: [{ ...document.devices[0], settings: { unitId: 999 } }] };
    const check = await page.act<SiteCheckView>("/api/site/check", { document: bad });
    expect(check.faults.join("\n")).toContain("devices.0.settings");
    await expect(page.act("/api/site/apply", { document: bad, basedOn: digest })).rejects.toThrow("devices.0.settings");
    expect((await site()).digest).toBe(digest);
  });

  it("applies proposed alarms by planned steps, and never over somebody else's change", async () => {
    const { document, digest } = await site();
    const { proposals } = await page.ask<{ proposals: readonly RuleProposal[] }>("/api/proposals");
    const rules = proposals.filter(({ isSafety }) => isSafety).map(({ rule }) => rule);
    expect(rules.map(({ point }) => point)).toContain("highLevelFloat");
    expect(
      rules.map(({ point }) => point),
      "it has an alarm on the level already",
    ).not.toContain("level");
    const wanted = { document: { ...document, rules: [...document.rules, ...rules] }, basedOn: digest };
    const { steps, changes } = await page.act<SiteCheckView>("/api/site/apply", wanted);
    expect(steps).toEqual([expect.stringMatching(/^set-rules .*station-high-level-float/)]);
    expect(changes.every(({ part, change }) => part === "rules" && change === "added")).toBe(true);
    await expect(page.act("/api/site/apply", wanted)).rejects.toThrow("has changed since");
    expect((await site()).document.rules.map(({ id }) => id)).toContain("station-high-level-float");
  });

  it("wants to be asked twice before a critical alarm is weakened", async () => {
    const { document, digest } = await site();
    const rules = document.rules.filter(({ id }) => id !== "high-level");
    const weaker = { document: { ...document, rules }, basedOn: digest };
    const check = await page.act<SiteCheckView>("/api/site/check", { document: weaker.document });
    expect(check.weakenings.join()).toContain("high-level");
    await expect(page.act("/api/site/apply", weaker)).rejects.toThrow("high-level");
    expect((await site()).document.rules.map(({ id }) => id)).toContain("high-level");
  });

  it("judges a point by the gateway's own value", async () => {
    await live((view) => view.kind === "readings" && view.readings.some(({ pointId }) => pointId === "level"));
    await page.act("/api/checks", { deviceId: "station", pointId: "level", verdict: "pass", plate: "1.5 m" });
    const { checks } = await page.ask<BookView>("/api/book");
    expect(checks).toContainEqual(
      expect.objectContaining({ pointId: "level", verdict: "pass", by: PERSON, value: expect.any(Number), unit: "m" }),
    );
    await expect(page.act("/api/checks", { deviceId: "station", pointId: "nothing", verdict: "pass" })).rejects.toThrow(
      "no such point",
    );
  });

  it("sees an alarm from its switch to its acknowledgement", async () => {
    const { document, digest } = await site();
    const door = {
      id: "door",
      kind: "equals",
      device: "station",
      point: "doorOpen",
      value: 1,
      priority: "critical",
      message: { zh: "门开", en: "Door" },
      actions: ["siren"],
    };
    const wanted = { document: { ...document, rules: [...document.rules, door] }, basedOn: digest };
    await page.act("/api/site/apply", wanted);
    await page.act("/api/drill", { ruleId: "door" });
    rig.station.station.apply({ kind: "door-open", isActive: true });
    const sounding = await drillOf(({ steps }) => steps.feedback !== undefined);
    expect(Object.keys(sounding.steps)).toEqual(expect.arrayContaining(["pressed", "raised", "written", "feedback"]));
    expect(rig.station.station.snapshot().siren.isOn).toBe(true);
    const { occurrenceId, version } = sounding;
    await page.act("/api/alarms/acknowledge", { occurrenceId, version });
    await expect(page.act("/api/alarms/acknowledge", { occurrenceId, version })).rejects.toThrow("version");
    const done = await drillOf(({ state }) => state === "done");
    expect(done.missing).toEqual(["told"]);
    expect(done.steps.acknowledged?.detail).toBe(PERSON);
    await page.act("/api/drill/end", { verdict: "pass", comment: "loud" });
    expect((await page.ask<BookView>("/api/book")).drills).toContainEqual(
      expect.objectContaining({ ruleId: "door", verdict: "pass", comment: "loud" }),
    );
  });

  it("takes an alarm out of service with a reason, and back", async () => {
    const ruleId = "station-mains-fail";
    await page.act("/api/alarms/service", { ruleId, reason: "being rewired" });
    const out = { kind: "out-of-service", by: PERSON, reason: "being rewired" };
    expect((await standingOf(ruleId))?.suppression).toEqual(out);
    await page.act("/api/alarms/service", { ruleId });
    expect(await standingOf(ruleId)).toBeUndefined();
  });

  it("shelves an alarm before it comes, and drops the plan", async () => {
    const plan = { ruleId: "station-mains-fail", startInMs: 3_600_000, forMs: 3_600_000, reason: "generator test" };
    await page.act("/api/alarms/plan", plan);
    expect((await standingOf(plan.ruleId))?.plan).toMatchObject({ by: PERSON, reason: "generator test" });
    await page.act("/api/alarms/plan/end", { ruleId: plan.ruleId });
    expect((await standingOf(plan.ruleId))?.plan).toBeUndefined();
  });

  it("tests a chain without a button: the siren sounds and is quiet again", async () => {
    rig.station.station.apply({ kind: "door-open", isActive: false });
    await vi.waitUntil(() => !rig.station.station.snapshot().siren.isOn, WAIT);
    const before = rig.station.station.snapshot().siren.writes;
    const result = await page.act("/api/alarms/test", { ruleId: "high-level" });
    expect(result).toMatchObject({ kind: "tested", isPassed: true, actions: [{ actionId: "siren" }] });
    expect(rig.station.station.snapshot().siren.writes).toBeGreaterThan(before);
    await vi.waitUntil(() => !rig.station.station.snapshot().siren.isOn, WAIT);
    await expect(page.act("/api/alarms/test", { ruleId: "nothing" })).resolves.toMatchObject({ kind: "refused" });
  });

  it.each(["zh", "en"] as const)(
    "makes a report in %s that openssl verifies, and that no longer verifies when touched",
    async (language) => {
      const made = await page.act<ReportView>("/api/reports", { language });
      const folder = join(rig.directory, `report-${language}`);
      await mkdir(folder);
      for (const [file, ending] of [
        ["html", ".html"],
        ["sig", ".html.sig"],
        ["key", ".pub.pem"],
      ] as const) {
        const { body } = await page.raw("GET", `/api/reports/${made.id}/${file}`);
        await writeFile(join(folder, made.id + ending), body);
      }
      const html = await readFile(join(folder, `${made.id}.html`), "utf8");
      expect(html).toContain(language === "zh" ? "一号泵站" : "Pump station 1");
      expect(html).toContain(made.verifyCommand);
      const [program = "", ...args] = made.verifyCommand.split(" ");
      expect(execFileSync(program, args, { cwd: folder }).toString()).toBe("Verified OK\n");
      await writeFile(join(folder, `${made.id}.html`), html.replace("1.5 m", "1.6 m"));
      expect(() => execFileSync(program, args, { cwd: folder, stdio: "pipe" })).toThrow("Command failed");
      expect((await page.ask<{ reports: readonly ReportView[] }>("/api/reports")).reports[0]?.id).toBe(made.id);
    },
  );

  it("packs diagnostics without a secret", async () => {
    const { body, headers } = await page.raw("GET", "/api/diagnostics");
    expect(headers["content-disposition"]).toMatch(/outpost-gateway-01-.*\.tar\.gz/);
    const folder = join(rig.directory, "bundle");
    await mkdir(folder);
    await writeFile(join(folder, "bundle.tar.gz"), body);
    execFileSync("tar", ["-xzf", "bundle.tar.gz"], { cwd: folder });
    const names = await readdir(folder);
    for (const name of ["state.json", "readings.json", "network.json", "site.json", "log.txt", "commissioning.json"]) {
      expect(names).toContain(name);
    }
    const left = await vi.waitUntil(async () => {
      const files = await readdir(join(rig.state, "technician"));
      return files.some((name) => name.startsWith("bundle-")) ? undefined : files;
    }, WAIT);
    expect(left).toContain("people.json");
  });

  it("makes another gateway what this one is, which keeps its own id", async () => {
    const { body } = await page.raw("GET", "/api/box");
    const box: unknown = JSON.parse(body.toString());
    await using other = await openPageRig((text) =>
      text
        .replace("id: gateway-01", "id: gateway-02")
        .slice(0, text.indexOf("\nlinks:") + 1)
        .concat("links: []\ndevices: []\n"),
    );
    const there = await other.technician();
    const looked = await there.act<SiteCheckView>("/api/box/restore", { box, isMeant: false });
    expect(looked).toMatchObject({ faults: [] });
    expect(looked.steps).toContain("open-device station");
    expect((await there.ask<SiteView>("/api/site")).devices).toEqual([]);
    await there.act("/api/box/restore", { box, isMeant: true });
    const { document, devices } = await there.ask<SiteView>("/api/site");
    expect(document.gateway.id).toBe("gateway-02");
    expect(devices.map(({ id }) => id)).toEqual(["station"]);
    expect((await there.ask<BookView>("/api/book")).checks).toHaveLength(1);
  });

  it("does the same from the command line", async () => {
    const env = { OUTPOST_PIN: PIN };
    const as = ["--state", rig.state, "--name", PERSON];
    const checked = await runToEnd(
      ["points", "check", "station", "inflow", "--verdict", "fail", "--plate", "12 L/s", ...as],
      env,
    );
    expect(checked).toMatchObject({ code: 0, stderr: "" });
    expect(checked.stdout).toMatch(/^station inflow: fail, the gateway reads [\d.]+ L\/s\n$/);
    const listed = await runToEnd(["points", "list", ...as], env);
    expect(listed.stdout).toMatch(/inflow .*: fail/);
    expect(await runToEnd(["network", ...as], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^address/),
    });
    expect(await runToEnd(["report", "--out", rig.directory, ...as], env)).toMatchObject({ code: 0 });
    expect(await runToEnd(["diagnostics", "--out", join(rig.directory, "d.tar.gz"), ...as], env)).toMatchObject({
      code: 0,
    });
    const box = join(rig.directory, "box.json");
    expect(await runToEnd(["box", "export", "--out", box, ...as], env)).toMatchObject({ code: 0 });
    expect(await runToEnd(["box", "restore", box, ...as], env)).toMatchObject({
      code: 0,
      stdout: "0 steps; --yes takes them\n",
    });
    const wrong = await runToEnd(["points", "list", ...as], { OUTPOST_PIN: "999998" });
    expect(wrong).toMatchObject({ code: 1, stderr: "outpost-edge: the name or the PIN is wrong\n" });
  });

  it("lets technicians be added, listed and removed from the command line", async () => {
    const at = ["--state", rig.state];
    expect(await runToEnd(["technician", "add", "Wang", ...at], { OUTPOST_PIN: "111111" })).toMatchObject({ code: 1 });
    expect(await runToEnd(["technician", "add", "Wang", ...at], { OUTPOST_PIN: "864202" })).toMatchObject({ code: 0 });
    const listed = await runToEnd(["technician", "list", ...at]);
    expect(listed.stdout).toMatch(/Wang\npage +https:.*\nfingerprint +[0-9A-F:]{95}\n$/);
    const client = await rig.stranger();
    await client.signIn("Wang", "864202");
    expect(await runToEnd(["technician", "remove", "Wang", ...at])).toMatchObject({ code: 0 });
    await expect(client.ask("/api/site")).rejects.toThrow("sign in first");
  });
});
