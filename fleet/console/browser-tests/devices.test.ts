import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { Visit } from "../testing/browser.ts";
import { describeInBrowser, SOON } from "../testing/in-browser.ts";
import { STATION } from "../testing/sample-data.ts";
import { BUTTON_ID, LOCKER_ID, METER_ID, SIGN_ID } from "../testing/sample-devices.ts";
import { SampleFleet } from "../testing/sample-fleet.ts";

function pageOf(fleet: SampleFleet, deviceId: string): string {
  return `${fleet.url}/gateways/${STATION.gatewayId}/devices/${deviceId}`;
}

/** Gives the order that the dialogue confirms, and returns what became of it. */
async function confirm(page: Page, buttonName: string): Promise<string> {
  const dialogue = page.getByRole("dialog");
  const name = dialogue.getByLabel(/您的姓名|Your name/);
  if ((await name.inputValue()) === "") await name.fill("王伟");
  await dialogue.getByRole("button", { name: buttonName }).click();
  await expect.poll(() => dialogue.locator(".ant-alert").textContent(), SOON).not.toMatch(/等待|waiting/i);
  return (await dialogue.locator(".ant-alert").textContent()) ?? "";
}

describeInBrowser("the pages of devices", (place) => {
  it.each([
    {
      language: "zh",
      forced: "3 号门 · 被撬开 · 空",
      unknown: "12 号门 · 未知 · 空",
      summary: "共 12 门 · 有件 5 · 开着 3",
    },
    {
      language: "en",
      forced: "Door 3 · Forced · Empty",
      unknown: "Door 12 · Unknown · Empty",
      summary: "12 doors · 5 occupied · 3 open",
    },
  ] as const)("a locker wall shows every door with shape and word: $language", async (words) => {
    await using fleet = await SampleFleet.open(place().dist);
    const scheme = words.language === "en" ? "dark" : "light";
    await using visit = await Visit.open(place().browser, pageOf(fleet, LOCKER_ID), {
      language: words.language,
      scheme,
    });
    const { page } = visit;
    await page.getByRole("button", { name: words.forced }).waitFor();
    await page.getByRole("button", { name: words.unknown }).waitFor();
    await page.getByText(words.summary).waitFor();
    await visit.picture(`locker-${words.language}`);
    expect(visit.faults).toEqual([]);
  });

  it("opens a door after a confirmation, and says in the reader's language where it is not certain", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, pageOf(fleet, LOCKER_ID), { language: "zh" });
    const { page } = visit;
    await page.getByRole("button", { name: "1 号门 · 关好 · 有件" }).press("Enter");
    expect(await page.getByRole("button", { name: "发送" }).isDisabled(), "nobody orders unnamed").toBe(true);
    expect(await confirm(page, "发送")).toBe("网关已确认");
    await visit.picture("order-done");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "12 号门" }).click();
    expect(await confirm(page, "发送")).toContain("未能核实");
    expect(visit.faults).toEqual([]);
  });

  it("opens all doors in two steps, or not where the selection is cancelled", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, pageOf(fleet, LOCKER_ID), { language: "en" });
    const { page } = visit;
    await page.getByRole("button", { name: "Open all…" }).click();
    expect(await confirm(page, "Step 1: select")).toMatch(/nothing has moved yet\. Operate within \d+ s/);
    await visit.picture("order-selected");
    const dialogue = page.getByRole("dialog");
    await dialogue.getByRole("button", { name: "Step 2: operate" }).click();
    await expect.poll(() => dialogue.locator(".ant-alert").textContent(), SOON).toBe("Done by the gateway");
    await dialogue.getByRole("button", { name: "Close" }).last().click();

    await page.getByRole("button", { name: "Open all…" }).click();
    await confirm(page, "Step 1: select");
    await dialogue.getByRole("button", { name: "Cancel the selection" }).click();
    await expect.poll(() => dialogue.locator(".ant-alert").textContent(), SOON).toBe("Cancelled");
    expect(visit.faults).toEqual([]);
  });

  it("redeems a pick-up code, and refuses a wrong one with the reason", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, pageOf(fleet, LOCKER_ID), { language: "zh" });
    const { page } = visit;
    await page.getByLabel("取件码", { exact: true }).fill("11112222");
    await page.keyboard.press("Enter");
    expect(await confirm(page, "发送")).toContain("网关拒绝：参数不合要求");
    await page.keyboard.press("Escape");
    await page.getByLabel("取件码", { exact: true }).fill("12345678");
    await page.getByRole("button", { name: "凭码开门" }).click();
    expect(await confirm(page, "发送")).toContain("door 4 is open");
    expect(visit.faults).toEqual([]);
  });

  it.each([
    ["zh", "静候", "正在求助", "送达监控台", "电量低"],
    ["en", "At rest", "Calling", "At the desk", "Battery low"],
  ] as const)("a call button shows how far its call has come: %s", async (language, rest, calling, delivered, low) => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, pageOf(fleet, BUTTON_ID), { language });
    const { page } = visit;
    await page.locator(".call-state", { hasText: rest }).waitFor();
    expect(await page.locator(".call-troubles").textContent()).toContain(low);
    await expect.poll(() => page.locator(".link-state").getAttribute("data-kind"), SOON).toBe("live");
    fleet.sayOf(BUTTON_ID, "pressed", 1);
    fleet.sayOf(BUTTON_ID, "indicator", 2);
    fleet.call(BUTTON_ID);
    await page.locator(".call-state", { hasText: calling }).waitFor();
    await expect.poll(() => page.locator('.journey [aria-current="step"]').textContent(), SOON).toContain(delivered);
    await visit.picture(`call-button-${language}`);
    expect(visit.faults).toEqual([]);
  });

  it("follows a call to the one who acknowledged it", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, pageOf(fleet, BUTTON_ID), { language: "zh" });
    const { page } = visit;
    await page.locator(".call-state").waitFor();
    await expect.poll(() => page.locator(".link-state").getAttribute("data-kind"), SOON).toBe("live");
    fleet.sayOf(BUTTON_ID, "pressed", 1);
    fleet.call(BUTTON_ID);
    await page.locator(".ribbon", { hasText: "有人按下求助按钮" }).getByRole("button", { name: "确认" }).click();
    const dialogue = page.getByRole("dialog");
    await dialogue.getByLabel("您的姓名").fill("王伟");
    await dialogue.getByRole("button", { name: "发送确认" }).click();
    await expect.poll(() => page.locator('.journey [aria-current="step"]').textContent(), SOON).toContain("王伟");
    expect(visit.faults).toEqual([]);
  });

  it.each(["zh", "en"] as const)(
    "a sign shows what stands on it and takes a text for a while: %s",
    async (language) => {
      const words =
        language === "zh"
          ? { field: "中文内容", push: "发布信息", send: "发送", normal: "日常内容" }
          : { field: "Text in Chinese", push: "Put up a text", send: "Send", normal: "Its everyday text" };
      await using fleet = await SampleFleet.open(place().dist);
      await using visit = await Visit.open(place().browser, pageOf(fleet, SIGN_ID), { language });
      const { page } = visit;
      await page.getByRole("img", { name: words.normal }).waitFor();
      await page.getByLabel(words.field).fill("前方积水，请绕行");
      await page.getByRole("button", { name: words.push }).click();
      await confirm(page, words.send);
      await page.keyboard.press("Escape");
      await page.getByRole("img", { name: "前方积水，请绕行" }).waitFor();
      await visit.picture(`sign-${language}`);
      expect(visit.faults).toEqual([]);
    },
  );

  it.each(["zh", "en"] as const)(
    "any other device has a table to search, a trend of the chosen point, limits and methods: %s",
    async (language) => {
      const words =
        language === "zh"
          ? { search: "查找测点", voltage: "A 相电压", set: "设置…", value: /新值/, day: "日期", doIt: "执行…" }
          : {
              search: "Find a point",
              voltage: "Voltage, phase A",
              set: "Set…",
              value: /New value/,
              day: "Day",
              doIt: "Do it…",
            };
      await using fleet = await SampleFleet.open(place().dist);
      await using visit = await Visit.open(place().browser, pageOf(fleet, METER_ID), { language });
      const { page } = visit;
      const rows = page.locator(".point-table tbody tr[data-row-key]");
      await expect.poll(() => rows.count(), SOON).toBe(15);
      await page.locator(".chart canvas").waitFor();
      await visit.picture(`meter-${language}`);
      await page.getByLabel(words.search).fill("voltage");
      await expect.poll(() => rows.count(), SOON).toBe(1);
      await page.getByRole("button", { name: words.voltage }).press("Enter");
      await page.locator(".trend h2", { hasText: words.voltage }).waitFor();
      await page.getByLabel(words.search).fill("");
      await page.getByRole("button", { name: words.set }).click();
      await page.getByRole("dialog").getByLabel(words.value).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await page.getByRole("button", { name: words.doIt }).isDisabled(), "an argument is missing").toBe(true);
      await page.getByLabel(words.day, { exact: true }).fill("2026-11-01");
      await page.getByRole("button", { name: words.doIt }).click();
      expect(await page.getByRole("dialog").textContent()).toContain("2026-11-01");
      expect(visit.faults).toEqual([]);
    },
  );
});
