import { join } from "node:path";

import { startSimulator, type ButtonSimulator } from "@outpost/firmware-adapters/button/simulator/simulator.ts";
import {
  SIMULATOR_DEFAULTS,
  startSimulator as startCamera,
  type Simulator as CameraSimulator,
} from "@outpost/firmware-adapters/camera/simulator/simulator.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { CHROMIUM, missingPeer } from "@outpost/kernel/testing/peers.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { BookView, ReportView, SiteView } from "../../server/views.ts";
import { openPageRig, PERSON, PIN, type PageRig } from "../../testing/page-rig.ts";
import { launchBrowser, Visitor } from "../../testing/visitor.ts";
import { buildTechnicianPage } from "../build.ts";

const missing = missingPeer(CHROMIUM);
if (missing !== undefined) process.stderr.write(`the technician's wizard is not walked: ${missing}\n`);

/** A device's name is whatever somebody typed, or a device said. */
const EVIL = `<img src=x onerror="alert(1)">`;
const SITES = [
  { language: "zh", name: "zh-laptop", size: { width: 1366, height: 768 } },
  { language: "en", name: "en-phone", size: { width: 390, height: 844 } },
] as const;

let browser: Browser;
beforeAll(async () => {
  if (missing !== undefined) return;
  await buildTechnicianPage();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe.skipIf(missing !== undefined).each(SITES)(
  "the technician's day in $language",
  { timeout: 240_000 },
  (options) => {
    let rig: PageRig;
    let buttons: ButtonSimulator;
    let camera: CameraSimulator;
    let visitor: Visitor;
    beforeAll(async () => {
      rig = await openPageRig((text) => text.slice(0, text.indexOf("\nlinks:") + 1).concat("links: []\ndevices: []\n"));
      camera = await startCamera(SIMULATOR_DEFAULTS, silentLog);
      buttons = await startSimulator({ boards: join(rig.directory, "boards") });
      visitor = await Visitor.open(browser, { ...options, origin: rig.url });
    });
    afterAll(async () => {
      await visitor?.[Symbol.asyncDispose]();
      await buttons?.[Symbol.asyncDispose]();
      await camera?.[Symbol.asyncDispose]();
      await rig?.[Symbol.asyncDispose]();
    });

    const site = async () => await (await rig.technician()).ask<SiteView>("/api/site");
    const heading = async (number: number) => {
      await visitor.page.getByRole("heading", { level: 2, name: new RegExp(`^${number}\\. `) }).waitFor();
    };
    const next = async (number: number) => {
      await visitor.press("step.next");
      await heading(number);
    };
    const applyDraft = async (name: string) => {
      await visitor.press("draft.check");
      await visitor.page.getByText(visitor.say("draft.steps")).waitFor();
      await visitor.picture(name);
      await visitor.press("draft.apply");
      await visitor.page.locator(".ant-alert-success").waitFor();
    };

    it("signs in with a PIN, after a wrong one was turned down", async () => {
      await visitor.fill("door.name", PERSON);
      await visitor.fill("door.pin", "777778");
      await visitor.press("door.enter");
      await visitor.page.getByText(visitor.say("refusal.technician/wrong-pin")).waitFor();
      await visitor.picture("00-door");
      // The browser itself notes the refused request.
      visitor.faults.splice(0);
      await visitor.fill("door.pin", PIN);
      await visitor.press("door.enter");
      await heading(1);
      expect(await visitor.page.locator("header").textContent()).toContain("gateway-01");
    });

    it("looks at network and time, and at the claim", async () => {
      const { page } = visitor;
      await page.getByText(visitor.say("network.check.default-route"), { exact: true }).waitFor();
      await visitor.press("network.confirm");
      await page.locator(".buttons .quiet", { hasText: PERSON }).waitFor();
      await visitor.picture("01-network");
      const book = await (await rig.technician()).ask<BookView>("/api/book");
      expect(book.network).toMatchObject({ by: PERSON });
      await next(2);
      await page.getByText(visitor.say("claim.phase.unclaimed")).waitFor();
      await visitor.picture("02-claim");
      await next(3);
    });

    it("finds the pump station and makes it a device of the site", async () => {
      const { page } = visitor;
      await visitor.fill("scan.tcp", `127.0.0.1:${rig.station.ports.tcp}`);
      await visitor.fill("scan.units", "1-3");
      await visitor.press("scan.start");
      await page.getByText(visitor.say("scan.state.ended")).waitFor();
      await visitor.picture("03-find");
      await visitor.press("scan.use");
      await heading(4);
      await visitor.fill("device.nameZh", "一号泵站控制柜");
      await visitor.fill("device.nameEn", "Station panel");
      await visitor.choose(
        visitor.say("device.profile"),
        visitor.language === "zh" ? "双泵排水泵站" : "Two-pump drainage",
      );
      await visitor.picture("04-add-form");
      await visitor.press("device.add");
      await applyDraft("04-add-draft");
      expect((await site()).devices.map(({ id }) => id)).toEqual(["station-panel"]);
    });

    it("adds an emergency button whose name is a script, by its settings as JSON", async () => {
      const { page } = visitor;
      const [button] = buttons.buttons;
      await visitor.choose(visitor.say("device.family"), /^button$/);
      await visitor.fill("device.nameZh", EVIL);
      await visitor.fill("device.nameEn", EVIL);
      await visitor.fill("device.id", "button-1");
      await visitor.choose(visitor.say("device.link"), visitor.say("device.link.none"));
      await page.getByText(visitor.say("device.settings.json")).click();
      await visitor.fill("device.settings.json", JSON.stringify(button?.settings));
      await visitor.press("device.add");
      await applyDraft("04-button-draft");
      await page.getByText(EVIL).first().waitFor();
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    });

    it("adds a camera, whose still it shows", async () => {
      const { page } = visitor;
      await visitor.choose(visitor.say("device.family"), /^camera$/);
      await visitor.fill("device.nameZh", "大门");
      await visitor.fill("device.nameEn", "Gate");
      await visitor.choose(visitor.say("device.link"), visitor.say("device.link.none"));
      await page.getByText(visitor.say("device.settings.json")).click();
      const url = `http://127.0.0.1:${camera.ports.http}/snapshot.jpg`;
      await visitor.fill("device.settings.json", JSON.stringify({ source: { kind: "snapshot", url } }));
      await visitor.press("device.add");
      await applyDraft("04-camera-draft");
      expect((await site()).devices.map(({ id }) => id)).toContain("gate");
      await next(5);
    });

    it("checks points against their plates", async () => {
      const { page } = visitor;
      const level = page.locator('[data-point="station-panel/level"]');
      await level.locator(".value", { hasText: " m" }).waitFor();
      await level.getByRole("textbox").first().fill("1.55 m");
      await level.getByRole("button").first().click();
      await level.locator(".ant-tag-green").waitFor();
      const inflow = page.locator('[data-point="station-panel/inflow"]');
      await inflow.getByRole("textbox").first().fill("3 L/s");
      await inflow.getByRole("textbox").last().fill(EVIL);
      await inflow.getByRole("button").last().click();
      await inflow.locator(".ant-tag-red").waitFor();
      await visitor.picture("05-check");
      const book = await (await rig.technician()).ask<BookView>("/api/book");
      expect(book.checks.map(({ pointId, verdict, by }) => [pointId, verdict, by])).toEqual([
        ["level", "pass", PERSON],
        ["inflow", "fail", PERSON],
      ]);
    });

    it("draws a zone on the camera's still, and says who looks at it", async () => {
      const { page } = visitor;
      await next(6);
      const canvas = page.locator("[data-canvas]");
      await canvas.waitFor();
      const box = await canvas.boundingBox();
      if (box === null) throw new Error("the canvas is not there");
      for (const [x, y] of [
        [0.2, 0.3],
        [0.8, 0.3],
        [0.5, 0.9],
      ] as const) {
        await canvas.click({ position: { x: box.width * x, y: box.height * y } });
      }
      await visitor.fill("zones.nameEn", "Yard");
      await visitor.choose(visitor.say("zones.algorithm"), /./);
      await visitor.press("zones.add");
      await page.locator('[data-zone="yard"]').waitFor();
      await visitor.press("draft.check");
      await page.getByText(visitor.say("draft.steps")).waitFor();
      await visitor.picture("06-zones");
      expect(await page.locator(".check-result").textContent()).toContain("vision");
      await visitor.press("draft.drop");
      await next(7);
    });

    it("sets alarms from what the devices propose, and the siren they sound", async () => {
      const { page } = visitor;
      await visitor.choose(visitor.say("action.new"), visitor.language === "zh" ? "现场警笛" : "Local siren");
      await visitor.press("action.add");
      await visitor.press("rule.add");
      await page.locator('[data-rule="button-1-pressed"]').waitFor();
      await page.getByLabel(`${visitor.say("rule.limit")} station-panel-level`).fill("3.4");
      await applyDraft("07-alarms");
      const { document } = await site();
      const pressed = document.rules.find(({ id }) => id === "button-1-pressed");
      expect(pressed).toMatchObject({ priority: "critical", actions: ["siren"], value: 1, isLatched: true });
      expect(document.rules.find(({ id }) => id === "station-panel-level")).toMatchObject({ limit: 3.4 });
      await next(8);
    });

    it("presses the button, hears the siren, sees the acknowledgement", async () => {
      const { page } = visitor;
      await visitor.choose(visitor.say("drill.choose"), EVIL);
      await visitor.press("drill.start");
      await page.locator('[data-step="pressed"]').waitFor();
      await buttons.buttons[0]?.deeds.press?.(300);
      for (const step of ["pressed", "raised", "written", "feedback"]) {
        await page.locator(`[data-step="${step}"][data-seen="true"]`).waitFor();
      }
      expect(rig.station.station.snapshot().siren.isOn).toBe(true);
      // Whoever acknowledged an older version is told to look again, and presses again.
      const acknowledge = page.getByRole("button", { name: visitor.say("drill.acknowledge") });
      const acknowledged = page.locator('[data-step="acknowledged"][data-seen="true"]', { hasText: PERSON });
      const pressUntilSeen = async (): Promise<boolean> => {
        if (await acknowledged.isVisible()) return true;
        if (await acknowledge.isEnabled()) await acknowledge.click();
        return await acknowledged.isVisible();
      };
      await expect.poll(pressUntilSeen, { timeout: 60_000, interval: 500 }).toBe(true);
      await page.locator(".drill-judge").getByRole("textbox").fill("OK");
      await page.locator(".drill-judge").getByRole("button").first().click();
      await page.getByText(visitor.say("drill.tried", { done: 1, of: (await site()).document.rules.length })).waitFor();
      await visitor.picture("08-drill");
      await next(9);
    });

    it("leaves with a report, as a page and as PDF", async () => {
      const { page } = visitor;
      await visitor.press("report.make");
      const row = page.locator("[data-report]").first();
      await row.waitFor();
      await visitor.picture("09-report");
      const { reports } = await (await rig.technician()).ask<{ reports: readonly ReportView[] }>("/api/reports");
      expect(reports[0]).toMatchObject({ language: visitor.language, by: PERSON, hasPdf: true });
      const [opened] = await Promise.all([page.context().waitForEvent("page"), row.getByRole("link").first().click()]);
      await opened.getByRole("heading", { level: 1, name: visitor.say("report.title") }).waitFor();
      expect(await opened.locator("img, script").count()).toBe(0);
      await visitor.picture("10-report-page", opened);
      await opened.close();
    });

    it("looks after the gateway afterwards", async () => {
      const { page } = visitor;
      rig.station.station.apply({ kind: "mains", isActive: true });
      for (const [number, name] of ["live", "alarms", "journal", "log", "box"].entries()) {
        await page.goto(`${rig.url}/#/${name}`);
        await page.locator("main .ant-card").first().waitFor();
        if (name === "alarms") await page.locator('[data-alarm="station-panel-mains-fail"]').waitFor();
        await visitor.picture(`${11 + number}-${name}`);
      }
      await page.goto(`${rig.url}/#/alarms`);
      const alarm = page.locator('[data-alarm="station-panel-mains-fail"]');
      await alarm.getByRole("button").nth(1).click();
      const dialogue = page.getByRole("dialog");
      await dialogue.getByRole("textbox").fill("generator test");
      await dialogue.locator(".ant-btn-primary").click();
      await alarm.getByText(visitor.language === "zh" ? "已搁置" : "shelved", { exact: true }).waitFor();
      await visitor.picture("16-shelved");
      expect(await alarm.textContent()).toContain("generator test");
    });

    it("signs out, and the page has complained of nothing", async () => {
      await visitor.press("app.signOut");
      await visitor.page.getByText(visitor.say("door.title")).waitFor();
      expect(visitor.faults).toEqual([]);
    });
  },
);
