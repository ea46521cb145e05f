import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CHROMIUM, missingPeer } from "@outpost/kernel/testing/peers.ts";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";

import { startDemo } from "../../demo/demo.ts";
import { freeDemoPorts } from "../../demo/ports.ts";
import { buildConsole } from "../build.ts";
import { launchBrowser, Visit } from "../testing/browser.ts";

/** Water of the demo rises within seconds; a busy machine takes longer to start and to draw. */
const SOON = { timeout: 60_000 };

const missing = missingPeer(CHROMIUM);
if (missing !== undefined) process.stderr.write(`the console's demo test is skipped: ${missing}\n`);

/** Somebody presses the call button; it is acknowledged at the desk; the light at the stop says so. */
async function callForHelp(page: Page, visit: Visit): Promise<void> {
  const button = page.locator('[data-simulator="call-button"]');
  await button.getByRole("button", { name: "按下求助" }).click();
  await expect.poll(() => button.textContent(), SOON).toContain("慢闪：已送达");
  const sign = page.locator('[data-simulator="bus-sign"]');
  await sign.getByRole("img", { name: "此处有人求助" }).waitFor(SOON);
  await visit.picture("demo-call");
  await page
    .getByRole("region", { name: "监控台上的报警" })
    .locator("li", { hasText: "候车亭有人求助" })
    .getByRole("button")
    .click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("您的姓名").fill("王伟");
  await dialogue.getByRole("button", { name: "发送确认" }).click();
  await expect.poll(() => dialogue.textContent(), SOON).toContain("网关已确认");
  await dialogue.getByRole("button", { name: "关闭" }).last().click();
  await expect.poll(() => button.textContent(), SOON).toContain("常亮：有人受理");
  await button.getByRole("link", { name: "详情" }).click();
  await expect
    .poll(() => page.locator('.journey li[data-reached="true"]').allTextContents(), SOON)
    .toContainEqual(expect.stringContaining("王伟"));
  await visit.picture("demo-call-button");
  await page.goBack();
}

/** A parcel is fetched with its code, by way of the gateway. */
async function fetchParcel(page: Page, visit: Visit): Promise<void> {
  const wall = page.locator('[data-simulator="locker-wall"]');
  await wall.getByRole("button", { name: "凭码取件" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByRole("button", { name: "发送" }).click();
  await expect.poll(() => dialogue.locator(".ant-alert").textContent(), SOON).toContain("网关已确认");
  await dialogue.getByRole("button", { name: "关闭" }).last().click();
  await wall.getByRole("button", { name: "1 号门 · 开着 · 有件" }).click(SOON);
  await wall.getByRole("button", { name: "1 号门 · 关好 · 空" }).waitFor(SOON);
  await visit.picture("demo-parcel");
}

describe.skipIf(missing !== undefined)("the console of a real fleet with a gateway and its simulated site", () => {
  it("shows the site live, pokes it, and brings siren, light and alarm without being loaded again", async () => {
    await buildConsole();
    const stateDirectory = await mkdtemp(join(tmpdir(), "outpost console "));
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => rm(stateDirectory, { recursive: true, force: true }));
    // The embedded database runs under an account of its own, which must get through.
    await chmod(stateDirectory, 0o755);
    const demo = cleanUp.use(await startDemo({ stateDirectory, ports: await freeDemoPorts() }));
    const browser = await launchBrowser();
    cleanUp.defer(() => browser.close());
    await using visit = await Visit.open(browser, `${demo.httpUrl}/demo`);
    const { page } = visit;
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    await page.locator(".uplink .state-mark", { hasText: "听得到网关" }).waitFor(SOON);
    await visit.picture("demo-page");
    await callForHelp(page, visit);
    await fetchParcel(page, visit);

    const station = page.locator('[data-simulator="pump-station"]');
    await station.getByRole("button", { name: "来一场暴雨" }).click();
    await station.getByRole("img", { name: "警笛鸣响" }).waitFor(SOON);
    await station.getByRole("link", { name: "详情" }).click();
    const mimic = page.locator("svg.mimic");
    await expect.poll(() => mimic.getAttribute("aria-label"), SOON).toMatch(/液位 \d\.\d\d m/);
    const alarms = page.getByRole("region", { name: "本设备报警" });
    await expect.poll(() => alarms.textContent(), SOON).toContain("紧急");
    await expect.poll(() => page.locator(".lamps").textContent(), SOON).toContain("警笛鸣响");
    await page.locator(".chart canvas").waitFor();
    await visit.picture("demo-storm");

    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("link", { name: "Alarms", exact: false }).first().click();
    await page.getByRole("link", { name: "Wet well level is high" }).first().click();
    await expect.poll(() => page.getByRole("dialog").textContent(), SOON).toContain("Raised");
    await visit.picture("demo-alarm");
    expect(await page.evaluate(() => "isSamePage" in globalThis)).toBe(true);
    expect(visit.faults).toEqual([]);
  }, 300_000);
});
