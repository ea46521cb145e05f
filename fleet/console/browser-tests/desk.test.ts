import { expect, it } from "vitest";

import { Visit } from "../testing/browser.ts";
import { describeInBrowser, SOON } from "../testing/in-browser.ts";
import { CUT_OFF_GATEWAY, STATION, stormAlarm } from "../testing/sample-data.ts";
import { escalated } from "../testing/sample-escalation.ts";
import { SampleFleet } from "../testing/sample-fleet.ts";

const STATION_PAGE = `/gateways/${STATION.gatewayId}/devices/${STATION.deviceId}`;
const CUT_OFF_PAGE = `/gateways/${CUT_OFF_GATEWAY}/devices/${STATION.deviceId}`;
const WALL = { width: 1920, height: 1080 };
/** Chromium's own word for a broken or refused request; the page handles both and the console still says so. */
const EXPECTED_WHEN_CUT = /Failed to load resource/;

describeInBrowser("the console", (place) => {
  it.each([
    {
      language: "zh",
      station: "龙须路排水泵站",
      online: "在线",
      offline: "离线",
      pump: "1 号泵 运行",
      alarm: "泵房门打开",
    },
    {
      language: "en",
      station: "Longxu Road drainage station",
      online: "Online",
      offline: "Offline",
      pump: "Pump 1 Running",
      alarm: "The pump house door is open",
    },
  ] as const)("shows gateways, devices and alarms at a glance in $language", async (words) => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url, { language: words.language });
    const gateways = visit.page.getByRole("table");
    await expect.poll(() => gateways.textContent(), SOON).toContain(words.pump);
    const text = await gateways.textContent();
    for (const word of [words.station, words.online, words.offline, "1.84"]) expect(text).toContain(word);
    expect(await visit.page.locator(".ribbon").textContent()).toContain(words.alarm);
    await visit.picture(`overview-${words.language}`);
    expect(visit.faults).toEqual([]);
  });

  it.each([
    { language: "zh", size: undefined, scheme: "light", title: "一号泵站", lamp: "门已打开", none: "传感器无数据" },
    { language: "en", size: WALL, scheme: "dark", title: "Pump station 1", lamp: "Door open", none: "No sensor value" },
  ] as const)("draws the pump station in $language, with no number where there is no value", async (words) => {
    const { language, scheme, size } = words;
    await using fleet = await SampleFleet.open(place().dist);
    const options = { language, scheme, ...(size === undefined ? {} : { size }) };
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, options);
    const { page } = visit;
    await page.getByRole("heading", { level: 1, name: words.title }).waitFor();
    const description = await page.locator("svg.mimic").getAttribute("aria-label");
    for (const figure of ["1.84 m", "31.5 L/s", "42.0 L/s"]) expect(description).toContain(figure);
    expect(await page.locator(".lamps").textContent()).toContain(words.lamp);
    const secondPump = await page.locator(".pump-card").nth(1).textContent();
    expect(secondPump).toContain(`— ${words.none}`);
    await page.locator(".chart canvas").waitFor();
    await visit.picture(`station-${language}`);
    expect(visit.faults).toEqual([]);
  });

  it("moves with live values: level, pumps, siren, without being loaded again", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, { language: "en" });
    const { page } = visit;
    const mimic = page.locator("svg.mimic");
    await mimic.waitFor();
    await expect.poll(() => page.locator(".link-state").getAttribute("data-kind"), SOON).toBe("live");
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    const lowWater = await waterY(visit);
    fleet.say("level", 2.61);
    fleet.say("pump2.running", 1);
    fleet.say("pump1.running", null, "timeout");
    await expect.poll(() => mimic.getAttribute("aria-label"), SOON).toContain("2.61 m");
    await expect
      .poll(() => page.locator(".pump-card").allTextContents(), SOON)
      .toEqual([expect.stringContaining("Unknown"), expect.stringContaining("Running")]);
    expect(await waterY(visit)).toBeLessThan(lowWater);
    fleet.say("level", null, "not-available");
    await expect.poll(() => mimic.getAttribute("aria-label"), SOON).toContain("level No sensor value");
    expect(await page.locator("svg.mimic .water").count(), "no water is drawn at a level nobody knows").toBe(0);
    expect(await page.evaluate(() => "isSamePage" in globalThis)).toBe(true);
    expect(visit.faults).toEqual([]);
  });

  it("asks the simulator for a storm; the alarm arrives by itself and is acknowledged by the keyboard", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, { language: "zh" });
    const { page } = visit;
    await page.getByRole("button", { name: "来一场暴雨" }).click();
    const ribbon = page.locator(".ribbon");
    await expect.poll(() => ribbon.textContent(), SOON).toContain("集水井液位过高，有溢流危险");
    await expect.poll(() => page.locator(".lamps").textContent(), SOON).toContain("警笛鸣响");
    expect(await page.title()).toContain("(2)");
    await visit.picture("storm");

    await ribbon.getByRole("button", { name: "确认" }).focus();
    await page.keyboard.press("Enter");
    const dialogue = page.getByRole("dialog");
    await dialogue.getByLabel("您的姓名").waitFor();
    expect(await dialogue.getByRole("button", { name: "发送确认" }).isDisabled(), "nobody acknowledges unnamed").toBe(
      true,
    );
    await page.keyboard.type("王伟");
    await page.keyboard.press("Tab");
    await page.keyboard.type("已派人");
    await visit.picture("acknowledge");
    await dialogue.getByRole("button", { name: "发送确认" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => dialogue.textContent(), SOON).toContain("网关已确认");
    await expect.poll(() => dialogue.textContent(), SOON).toContain("报警中·已确认");
    await dialogue.getByRole("button", { name: "关闭" }).last().press("Enter");
    await expect.poll(() => ribbon.textContent(), SOON).toContain("泵房门打开");
    expect(visit.faults).toEqual([]);
  });

  it.each([
    {
      language: "zh",
      asking: "王芳（第 2 级）",
      words: ["首发", "合并", "通知 李伟", "消息已发出：李伟", "8F2C91AB · 第 2 次"],
    },
    {
      language: "en",
      asking: "Wang Fang (step 2)",
      words: ["First", "Grouped", "Li Wei asked to answer", "Message sent: Li Wei", "8F2C91AB · try 2"],
    },
  ] as const)(
    "says who is asked to answer, whom the site told, and what is one of many, in $language",
    async (told) => {
      await using fleet = await SampleFleet.open(place().dist);
      const alarm = escalated(stormAlarm(Date.now()), Date.now());
      fleet.raise(alarm);
      const at = `${fleet.url}/alarms/${alarm.id}`;
      await using visit = await Visit.open(place().browser, at, { language: told.language });
      const drawer = visit.page.getByRole("dialog");
      await expect.poll(() => drawer.textContent(), SOON).toContain("8F2C91AB");
      const text = await drawer.textContent();
      for (const word of [told.asking, ...told.words]) expect(text).toContain(word);
      await visit.picture(`escalation-${told.language}`);
      expect(visit.faults).toEqual([]);
    },
  );

  it("lists alarms, tells one alarm's story at an address of its own, and shows the whole record", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, `${fleet.url}/alarms`, { language: "en" });
    const { page } = visit;
    await page.getByRole("link", { name: "No current reading from pump 2" }).click();
    await expect.poll(() => page.getByRole("dialog").textContent(), SOON).toContain("王伟 · 已派人检查互感器");
    const address = page.url();
    await visit.picture("alarm");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.url(), SOON).toBe(`${fleet.url}/alarms`);
    await page.goto(address);
    await expect.poll(() => page.getByRole("dialog").textContent(), SOON).toContain("pump2-current-lost");
    await page.keyboard.press("Escape");
    await page.getByText("All records").click();
    await page.getByRole("link", { name: "Wet well level is high" }).waitFor();
    expect(visit.faults).toEqual([]);
  });

  it("remembers the language that was chosen in the header", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url);
    const { page } = visit;
    await page.getByRole("heading", { level: 1, name: "总览" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en-GB");
    expect(visit.faults).toEqual([]);
  });

  it("zooms and moves the trend by keyboard, wheel and drag, and goes back to live", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, { language: "en" });
    const { page } = visit;
    const asked = (): Promise<number> =>
      page
        .waitForRequest((request) => request.url().includes("/level/history"))
        .then((request) => Number(new URL(request.url()).searchParams.get("fromMs")));
    const chart = page.locator(".chart canvas");
    await chart.waitFor();
    const earlier = asked();
    await page.getByRole("button", { name: "Earlier" }).press("Enter");
    const firstMs = await earlier;
    const dragged = asked();
    await chart.hover();
    await page.mouse.down();
    await page.mouse.move(1_300, 300, { steps: 4 });
    await page.mouse.up();
    expect(await dragged, "dragged to the right: into the past").toBeLessThan(firstMs);
    const zoomed = asked();
    await chart.hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, 400);
    await page.keyboard.up("Control");
    expect(await zoomed, "zoomed out").toBeLessThan(firstMs);
    await page.getByRole("button", { name: "Back to live" }).click();
    await page.getByRole("button", { name: "Following" }).waitFor();
    expect(visit.faults).toEqual([]);
  });

  it("says that the live connection is lost, shows values as old, and recovers what it missed", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, { language: "zh" });
    const { page } = visit;
    await page.locator("svg.mimic").waitFor();
    fleet.isStreamRefused = true;
    fleet.cutStreams();
    await page.getByText("与平台的实时连接已断开").waitFor();
    await page.locator("svg.mimic.is-old").waitFor();
    await visit.picture("lost");
    fleet.say("level", 3.05);
    fleet.isStreamRefused = false;
    await expect.poll(() => page.locator("svg.mimic").getAttribute("aria-label"), SOON).toContain("3.05 m");
    await expect.poll(() => page.locator("svg.mimic.is-old").count(), SOON).toBe(0);
    expect(visit.faults.filter((fault) => !EXPECTED_WHEN_CUT.test(fault))).toEqual([]);
  });

  it("shows an offline gateway's values as its last, with the time", async () => {
    await using fleet = await SampleFleet.open(place().dist);
    await using visit = await Visit.open(place().browser, fleet.url + CUT_OFF_PAGE, { language: "en" });
    await visit.page.getByText(`Gateway ${CUT_OFF_GATEWAY} is offline`).waitFor();
    await visit.page.locator("svg.mimic.is-old").waitFor();
    await visit.picture("gateway-offline");
    expect(visit.faults).toEqual([]);
  });

  it.each([
    ["zh", "还没有网关接入", "没有未确认的报警", "没有这个页面"],
    ["en", "No gateway has called yet", "Nothing to acknowledge", "There is no such page"],
  ] as const)("is not blank where there is nothing: %s", async (language, noGateways, nothing, noPage) => {
    await using fleet = await SampleFleet.open(place().dist, { isEmpty: true });
    await using visit = await Visit.open(place().browser, fleet.url, { language });
    const { page } = visit;
    await page.getByText(noGateways).waitFor();
    await visit.picture(`empty-${language}`);
    await page.goto(`${fleet.url}/alarms`);
    await page.locator(".ant-segmented-item").nth(1).click();
    await page.getByText(nothing).waitFor();
    await page.goto(`${fleet.url}/nowhere`);
    await page.getByText(noPage).waitFor();
    expect(visit.faults).toEqual([]);
  });

  it.each([
    ["zh", "平台的数据库暂时没有应答。", "再试一次"],
    ["en", "The fleet's database does not answer now.", "Try again"],
  ] as const)("says what could not be read, and tries again when asked: %s", async (language, failed, again) => {
    await using fleet = await SampleFleet.open(place().dist);
    fleet.areReadsFailing = true;
    await using visit = await Visit.open(place().browser, fleet.url + STATION_PAGE, { language });
    const { page } = visit;
    await page.getByText(failed).waitFor();
    await visit.picture(`failed-${language}`);
    fleet.areReadsFailing = false;
    await page.getByRole("button", { name: again }).click();
    await page.locator("svg.mimic").waitFor();
    expect(visit.faults.filter((fault) => !EXPECTED_WHEN_CUT.test(fault))).toEqual([]);
  });
});

/** Where the surface is drawn once it has stopped moving. */
async function waterY({ page }: Visit): Promise<number> {
  const water = page.locator("svg.mimic .water");
  const look = async (): Promise<number> => Math.round((await water.boundingBox())?.y ?? Number.NaN);
  let before = Number.NaN;
  await expect
    .poll(
      async () => {
        const isStill = (await look()) === before;
        before = await look();
        return isStill;
      },
      { ...SOON, interval: 300 },
    )
    .toBe(true);
  return before;
}
