import { CHROMIUM, missingPeer } from "@outpost/kernel/testing/peers.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openTestFleet } from "../../api/testing/fleet.ts";
import type { Fleet } from "../../fleet.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { buildConsole } from "../build.ts";
import { launchBrowser, Visit, type VisitOptions } from "../testing/browser.ts";
import { ChargingPark, PARK, session, SUPPLY } from "../testing/charging-park.ts";

/** How long a busy machine may take to draw what has changed. */
const SOON = { timeout: 20_000 };

const missing = missingPeer(CHROMIUM);
if (missing !== undefined) process.stderr.write(`the charging page is not tested: ${missing}\n`);

/** A real fleet with a real database, a car park's gateway, and the built console. */
describe.skipIf(missing !== undefined)("charging", () => {
  let server: TestPostgres;
  let fleet: Fleet;
  let park: ChargingPark;
  let browser: Browser;
  let consoleDir: string;
  beforeAll(async () => {
    ({ folder: consoleDir } = await buildConsole());
    server = await startTestPostgres();
    fleet = await openTestFleet(await server.createDatabase(), { consoleDir });
    park = await ChargingPark.open(fleet, Date.now());
    browser = await launchBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await park[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const visit = async (path: string, options: VisitOptions): Promise<Visit> =>
    await Visit.open(browser, `${fleet.http}${path}`, { size: { width: 1480, height: 900 }, ...options });

  it.each([
    {
      language: "zh",
      scheme: "light",
      unmatched: "未匹配",
      notes: ["已对账", "离线期间", "重复 2"],
      doubled: "2 条重复消息，均未重复计量",
    },
    {
      language: "en",
      scheme: "dark",
      unmatched: "Unmatched",
      notes: ["Reconciled", "While offline", "Repeated: 2"],
      doubled: "Came again: 2, none counted twice",
    },
  ] as const)("sessions stand in a table with shape and word, and in totals: $language", async (words) => {
    const { language, scheme } = words;
    await using opened = await visit("/charging", { language, scheme });
    const { page } = opened;
    await page.locator(".session-row").first().waitFor();
    const row = (transaction: string) => page.locator(".session-row", { hasText: transaction });
    await expect.poll(() => row("1046").locator(".session-status").textContent(), SOON).toBe(words.unmatched);
    expect(await row("1046").locator("svg").count(), "a shape beside the word").toBeGreaterThan(0);
    for (const note of words.notes) expect(await row("1044").textContent()).toContain(note);
    await expect.poll(() => page.locator(".session-totals").textContent(), SOON).toContain(words.doubled);
    await opened.picture(`charging-${language}`);
    expect(opened.faults).toEqual([]);
  });

  it("pages through the server's answers, there and back", async () => {
    await using opened = await visit("/charging", { language: "en" });
    const { page } = opened;
    const rows = page.locator(".session-row");
    await expect.poll(() => rows.count(), SOON).toBe(50);
    await page.getByRole("button", { name: "Older" }).press("Enter");
    await page.getByText("Page 2").waitFor();
    await expect.poll(() => rows.count(), SOON).toBe(16);
    expect(await page.getByRole("button", { name: "Older" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Newer" }).press("Enter");
    await expect.poll(() => rows.first().locator(".session-id").textContent(), SOON).toBe("1050");
    expect(opened.faults).toEqual([]);
  });

  it("filters by site, charge point, status and days, and the file holds the same", async () => {
    await using opened = await visit("/charging", { language: "en" });
    const { page } = opened;
    const choose = async (label: string, option: string): Promise<void> => {
      await page.getByRole("combobox", { name: label }).click();
      await page.locator(".ant-select-item-option", { hasText: option }).click();
    };
    await choose("Site", "Renmin Road");
    await choose("Charge point", "Charge point 2");
    await choose("Status", "Unmatched");
    await expect.poll(() => page.locator(".session-row").count(), SOON).toBe(1);
    const address = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    const file = Buffer.from(await (await fetch(fleet.http + address)).arrayBuffer()).toString();
    expect(file.startsWith("\u{feff}site,")).toBe(true);
    expect(file.trim().split("\r\n")).toHaveLength(2);
    expect(file).toContain(`Renmin Road car park,${PARK},pile-2,Charge point 2,,1046,unmatched`);
    await page.getByText("Choose", { exact: true }).click();
    await page.getByLabel("From").fill("2020-01-01");
    await page.getByLabel("Through").fill("2020-01-31");
    await page.getByText("No charging session in this time").waitFor();
    await opened.picture("charging-empty");
    expect(opened.faults).toEqual([]);
  });

  it.each([
    ["zh", "light", "充电过程", "1 段时间没有表值"],
    ["en", "dark", "Course of the session", "Silences without meter values: 1"],
  ] as const)("a session's course is drawn, with its silence, and has an address: %s", async (...words) => {
    const [language, scheme, title, silence] = words;
    await using opened = await visit("/charging", { language, scheme });
    const { page } = opened;
    await page.locator(".session-row").first().waitFor();
    await page.locator(".session-id", { hasText: "1041" }).press("Enter");
    const drawer = page.getByRole("dialog", { name: title });
    await drawer.locator(".chart canvas").waitFor();
    expect(await drawer.textContent()).toContain(silence);
    expect(new URL(page.url()).pathname).toBe(`/charging/${PARK}/pile-1/1041`);
    await opened.picture(`charging-course-${language}`);
    await page.keyboard.press("Escape");
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe("/charging");
    await page.goto(`${fleet.http}/charging/${PARK}/pile-2/1044`);
    await page.getByRole("dialog").locator(".session-note").first().waitFor();
    await opened.picture(`charging-reconciled-${language}`);
    expect(opened.faults).toEqual([]);
  });

  it("says what could not be read, and shows what it had while the fleet is away", async () => {
    await using opened = await visit("/", { language: "zh" });
    const { page } = opened;
    const problem = { type: "about:blank", title: "", status: 503, code: "api/unavailable", detail: "" };
    const answer = { status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) };
    await page.route("**/api/charging/**", async (route) => await route.fulfill(answer));
    await page.getByRole("link", { name: "充电", exact: true }).click();
    await page.getByText("平台的数据库暂时没有应答").first().waitFor();
    await opened.picture("charging-failed");
    await page.unroute("**/api/charging/**");
    await page.getByRole("button", { name: "再试一次" }).click();
    await page.locator(".session-row").first().waitFor();
    await page.route("**/api/charging/**", async (route) => await route.fulfill(answer));
    await page.getByText("下面是之前读到的").waitFor({ timeout: 40_000 });
    expect(await page.locator(".session-row").count()).toBe(50);
    const foreign = opened.faults.filter((fault) => !fault.includes("503"));
    expect(foreign).toEqual([]);
  }, 90_000);

  it("shows a session that begins while somebody looks", async () => {
    await using opened = await visit("/charging", { language: "en" });
    const { page } = opened;
    await page.locator(".session-row").first().waitFor();
    const began = session("2000", Date.now(), { minutes: 0, isEnded: false });
    await park.say(began.map((record) => ["pile-3", record]));
    await page.locator(".session-row", { hasText: "2000" }).waitFor({ timeout: 40_000 });
    expect(opened.faults).toEqual([]);
  }, 60_000);

  it.each([
    ["zh", "light", "超过上限", "停止全部充电", "发送"],
    ["en", "dark", "Over the limit", "Stop all charging", "Send"],
  ] as const)("a supply shows its phases and connectors, live, and can be stopped: %s", async (...words) => {
    const [language, scheme, over, stop, send] = words;
    await using opened = await visit(`/gateways/${PARK}/devices/${SUPPLY}`, { language, scheme });
    const { page } = opened;
    await expect.poll(() => page.locator('.phase[data-state="over"]').textContent(), SOON).toContain(over);
    await expect.poll(() => page.locator(".connector").count(), SOON).toBe(4);
    // Each connector stands in the picture on the phases of the supply that are behind its own.
    const turned = page.locator('[data-share="pile-2/1"]');
    await expect.poll(() => turned.textContent(), SOON).toContain("L2-L3-L1");
    const bar = page.locator('[data-phase="L1"] .sharing-bar');
    await expect.poll(() => bar.getAttribute("aria-label"), SOON).toMatch(/^L1: 1[15]\.[16] A/);
    await opened.picture(`charging-site-${language}`);
    await expect.poll(() => page.locator(".link-state").getAttribute("data-kind"), SOON).toBe("live");
    await park.measure("pile-1", { "connector1.current.l1": 11.1 });
    await expect.poll(() => page.locator('.connector[data-status="charging"]').textContent(), SOON).toContain("11.1");
    const all = page.getByRole("switch", { name: stop });
    expect(await all.getAttribute("aria-checked")).toBe("false");
    await all.press("Enter");
    const dialogue = page.getByRole("dialog");
    const name = dialogue.getByLabel(/您的姓名|Your name/);
    if ((await name.inputValue()) === "") await name.fill("王伟");
    await dialogue.getByRole("button", { name: send }).click();
    await dialogue.locator(".ant-alert").waitFor();
    await page.keyboard.press("Escape");
    await park.measure(SUPPLY, { stop: 1, "metered.l3": 0 });
    await expect.poll(() => all.getAttribute("aria-checked"), SOON).toBe("true");
    await opened.picture(`charging-site-stopped-${language}`);
    await park.measure(SUPPLY, { stop: 0, "metered.l3": 65.2 });
    expect(opened.faults).toEqual([]);
  });
});
