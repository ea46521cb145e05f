import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CHROMIUM, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { startDemo } from "../../demo/demo.ts";
import { freeDemoPorts } from "../../demo/ports.ts";
import { buildConsole } from "../build.ts";
import { launchBrowser, Visit } from "../testing/browser.ts";

/** Water of the demo rises within seconds; a busy machine takes longer to start and to draw. */
const SOON = { timeout: 60_000 };

const missing = missingPeer(CHROMIUM);
if (missing !== undefined) process.stderr.write(`the console's demo test is skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)("the console of a real fleet with a gateway and a simulated station", () => {
  it("shows live levels, rains on demand, and brings siren and alarm without being loaded again", async () => {
    await buildConsole();
    const stateDirectory = await mkdtemp(join(tmpdir(), "outpost console "));
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(stateDirectory, { recursive: true, force: true }));
    const demo = cleanUp.use(await startDemo({ stateDirectory, ports: await freeDemoPorts() }));
    const browser = await launchBrowser();
    cleanUp.defer(() => browser.close());
    await using visit = await Visit.open(browser, demo.httpUrl);
    const { page } = visit;

    await page.locator(".device-row a").first().click({ timeout: SOON.timeout });
    const mimic = page.locator("svg.mimic");
    await expect.poll(() => mimic.getAttribute("aria-label"), SOON).toMatch(/液位 \d\.\d\d m/);
    const before = await mimic.getAttribute("aria-label");
    await expect.poll(() => mimic.getAttribute("aria-label"), SOON).not.toBe(before);
    await page.locator(".chart canvas").waitFor();
    await visit.picture("demo-station");

    await page.getByRole("button", { name: "来一场暴雨" }).click();
    const alarms = page.getByRole("region", { name: "本设备报警" });
    await expect.poll(() => alarms.textContent(), SOON).toContain("紧急");
    await expect.poll(() => page.locator(".lamps").textContent(), SOON).toContain("警笛鸣响");
    await visit.picture("demo-storm");

    await page.locator(".ribbon").getByRole("button", { name: "确认" }).click();
    const dialogue = page.getByRole("dialog");
    await dialogue.getByLabel("您的姓名").fill("王伟");
    await dialogue.getByRole("button", { name: "发送确认" }).click();
    await expect.poll(() => dialogue.textContent(), SOON).toContain("网关已确认");
    await dialogue.getByRole("button", { name: "关闭" }).last().click();
    await expect.poll(() => alarms.textContent(), SOON).toContain("报警中·已确认");

    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("link", { name: "Alarms", exact: false }).first().click();
    await page.getByRole("link", { name: "Wet well level is high" }).first().click();
    await expect.poll(() => page.getByRole("dialog").textContent(), SOON).toContain("王伟");
    await visit.picture("demo-alarm");
    expect(visit.faults).toEqual([]);
  }, 240_000);
});
