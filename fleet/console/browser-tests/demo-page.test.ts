import { expect, it } from "vitest";

import { Visit } from "../testing/browser.ts";
import { describeInBrowser, SOON } from "../testing/in-browser.ts";
import { STATION } from "../testing/sample-data.ts";
import { SampleFleet } from "../testing/sample-fleet.ts";

describeInBrowser("the demonstration page", (place) => {
  it.each([
    {
      language: "zh",
      storm: "来一场暴雨",
      siren: "警笛鸣响",
      cut: "切断上行",
      mend: "恢复上行",
      deaf: "听不到网关",
      away: "模拟器没有应答",
      waiting: "41 条记录待补传",
    },
    {
      language: "en",
      storm: "Start a storm",
      siren: "Siren sounding",
      cut: "Cut the uplink",
      mend: "Mend the uplink",
      deaf: "hears nothing",
      away: "The simulator does not answer",
      waiting: "41 records wait",
    },
  ] as const)("pokes the site and cuts its uplink; the site goes on: $language", async (words) => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url, { language: words.language });
    const { page } = visit;
    await page.locator("main a[href='/demo']").click();
    const station = page.locator(`[data-simulator="${STATION.deviceId}"]`);
    await station.getByRole("img", { name: "1.84 m" }).waitFor();
    await page.getByText(words.away).waitFor();
    await page.getByRole("button", { name: words.cut }).click();
    await page.locator('.uplink[data-cut="true"]').waitFor();
    await page.getByText(words.waiting).waitFor();
    await page.locator(".uplink .state-mark", { hasText: words.deaf }).waitFor();
    await station.getByRole("button", { name: words.storm }).click();
    await station.getByRole("img", { name: words.siren }).waitFor();
    expect(await page.locator(".uplink a").getAttribute("href")).toBe("http://127.0.0.1:8089");
    await visit.picture(`demo-page-cut-${words.language}`);
    await page.getByRole("button", { name: words.mend }).click();
    await page.locator('.uplink[data-cut="false"]').waitFor();
    expect(visit.faults).toEqual([]);
  });

  it.each([
    ["zh", "这里没有演示站点"],
    ["en", "There is no demonstration site here"],
  ] as const)("says so where there is none, and nothing leads there: %s", async (language, none) => {
    await using fleet = await SampleFleet.open(place().dist, { isEmpty: true });
    await using visit = await Visit.open(place().browser, `${fleet.url}/demo`, { language });
    await visit.page.getByText(none).waitFor();
    await expect.poll(() => visit.page.locator("a[href='/demo']").count(), SOON).toBe(0);
    expect(visit.faults).toEqual([]);
  });

  it.each([
    ["zh", "平台的数据库暂时没有应答。"],
    ["en", "The fleet's database does not answer now."],
  ] as const)("says why where it cannot be read, and comes by itself: %s", async (language, why) => {
    await using fleet = await SampleFleet.open(place().dist);
    fleet.areReadsFailing = true;
    await using visit = await Visit.open(place().browser, `${fleet.url}/demo`, { language });
    await visit.page.getByText(why).waitFor();
    fleet.areReadsFailing = false;
    await visit.page.locator(".uplink").waitFor();
    expect(visit.faults.filter((fault) => !/Failed to load resource/.test(fault))).toEqual([]);
  });
});
