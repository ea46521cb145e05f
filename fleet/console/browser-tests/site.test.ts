import type { ReportedOffer, ReportedSite } from "@outpost/wire/site-exchange.ts";
import { digestOf, packText } from "@outpost/wire/site-packing.ts";
import { afterAll, beforeAll, expect, it } from "vitest";

import { siteView } from "../../api/desired-schemas.ts";
import { openTestFleet } from "../../api/testing/fleet.ts";
import { until } from "../../broker/testing/until.ts";
import type { Fleet } from "../../fleet.ts";
import { hex128, TestGateway } from "../../ingest/testing/gateway.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { Visit } from "../testing/browser.ts";
import { describeInBrowser, SOON } from "../testing/in-browser.ts";

const STORE = hex128();

function siteOf(gatewayId: string, limit: number): string {
  return `# 金山一号泵站，王工 2026-11-20
version: 1
site: { id: jinshan, name: { zh: 金山一号泵站, en: Jinshan pump station 1 } }
gateway: { id: ${gatewayId} }
links:
  - { id: panel, kind: tcp, host: 10.0.0.1, port: 502 }
devices:
  - id: station
    adapter: modbus
    name: { zh: 控制柜, en: Panel }
    link: panel
    settings: { unitId: 1, profile: two-pump-station }
rules:
  - id: high-level
    kind: threshold
    device: station
    point: level
    is: above
    limit: ${limit}
    priority: critical
    message: { zh: 集水池水位过高, en: Wet well level is high }
    actions: [siren]
actions:
  - { id: siren, kind: hold-point, device: station, point: siren, active: 1, idle: 0 }
`;
}

function reportOf(text: string, number: number, offer?: ReportedOffer) {
  const atMs = 1_795_000_000_000;
  const local = { store: STORE, number, digest: digestOf(text), base: 0, by: "张工", why: "换了新的液位计", atMs };
  const running = { digest: local.digest, sinceMs: atMs, origin: "local", by: "张工", revision: 0 } as const;
  const document: ReportedSite = { running, local, locals: [local], fileFaults: [], ...(offer && { offer }) };
  return {
    v: 1,
    agentVersion: "1",
    startedAtMs: 1,
    site: { id: "jinshan", name: { zh: "金山一号泵站", en: "Jinshan pump station 1" }, timeZone: "Asia/Shanghai" },
    clock: { wallMs: 1, confidence: "confirmed" },
    devices: [],
    journal: { waiting: {}, bytesUsed: 1, bytesAllowed: 2, ladder: "normal" },
    memoryRssBytes: 1,
    loopDelayP999Ms: 1,
    document,
  } as const;
}

describeInBrowser("the page of a site document", (place) => {
  let server: TestPostgres;
  let fleet: Fleet;
  beforeAll(async () => {
    server = await startTestPostgres();
    fleet = await openTestFleet(await server.createDatabase(), { consoleDir: place().dist });
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function connect(id: string, text: string): Promise<TestGateway> {
    const gateway = await TestGateway.connect(fleet.mqtt, id);
    await gateway.hello([hex128()]);
    await gateway.send("reported", reportOf(text, 1));
    await until(() => gateway.fetches[0], "the desk asked for the text");
    await gateway.send("document", { v: 1, digest: digestOf(text), packed: packText(text) });
    return gateway;
  }

  it.each(["zh", "en"] as const)(
    "shows faults at their lines, a held revision and its approval: %s",
    async (language) => {
      const words = {
        zh: {
          text: "配置内容",
          check: "检查",
          submit: "提交新版本",
          name: "您的姓名",
          held: "暂缓，等待确认",
          approve: "作为第二人批准",
          own: "作者不能批准自己的修改",
          line: "第 19 行",
          weak: "放宽了限值",
        },
        en: {
          text: "Text of the document",
          check: "Check",
          submit: "Submit",
          name: "Your name",
          held: "Held for a second person",
          approve: "Approve as second person",
          own: "The author cannot approve",
          line: "line 19",
          weak: "its limit is moved",
        },
      }[language];
      const id = `gw-held-${language}`;
      await using gateway = await connect(id, siteOf(id, 3.2));
      const scheme = language === "en" ? "dark" : "light";
      await using visit = await Visit.open(place().browser, `${fleet.http}/gateways/${id}/site`, {
        language,
        scheme,
        size: { width: 1366, height: 1500 },
      });
      const { page } = visit;
      const area = page.getByLabel(words.text);
      await expect.poll(() => area.inputValue(), SOON).toContain("limit: 3.2");
      await area.fill(siteOf(id, 3.2).replace("limit: 3.2", "limit: high"));
      await page.getByRole("button", { name: words.check }).click();
      await page.getByRole("button", { name: words.line }).click();
      expect(
        await page.evaluate(
          "getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)",
        ),
      ).toBe("    limit: high");
      await visit.picture(`site-faults-${language}`);

      await area.fill(siteOf(id, 3.8));
      await page.getByLabel(words.name).first().fill("王工");
      await page.getByRole("button", { name: words.submit }).click();
      const sent = await until(() => gateway.desired[0], "the revision came");
      const offer: ReportedOffer = {
        revision: 1,
        digest: sent.digest,
        author: "王工",
        state: "held",
        atMs: 1_795_000_100_000,
        reason: "it weakens a critical alarm",
        faults: [],
        weakenings: [],
      };
      await gateway.send("reported", reportOf(siteOf(id, 3.2), 1, offer));
      await page.getByText(words.held).waitFor(SOON);
      await page.getByText(words.weak).first().waitFor(SOON);
      await page.getByRole("button", { name: words.approve }).click();
      await page.getByText(words.own).waitFor(SOON);
      await page.getByLabel(words.name).first().fill("李工");
      await page.getByRole("button", { name: words.approve }).click();
      await until(() => gateway.desired.find(({ approval }) => approval?.by === "李工"), "the approval came");
      await visit.picture(`site-held-${language}`);
      // The browser itself says of each refused request that it was refused.
      expect(visit.faults.filter((fault) => !/status of (409|422)/.test(fault))).toEqual([]);
    },
  );

  it.each(["zh", "en"] as const)("shows both sides of a conflict, and ends it by a choice: %s", async (language) => {
    const words = {
      zh: { conflict: "冲突，需要选择", keep: "保留现场修改", name: "您的姓名", runs: "一致", history: "现场第 2 次" },
      en: {
        conflict: "Conflict: somebody must choose",
        keep: "Keep the site's change",
        name: "Your name",
        runs: "Runs as wanted",
        history: "On site, no. 2",
      },
    }[language];
    const id = `gw-conflict-${language}`;
    await using gateway = await connect(id, siteOf(id, 3.2));
    const view = await until(async () => {
      const answer = siteView.parse(await (await fetch(`${fleet.http}/api/gateways/${id}/site`)).json());
      return answer.running?.text ? answer : undefined;
    }, "the text came");
    await fetch(`${fleet.http}/api/gateways/${id}/site`, {
      method: "PUT",
      headers: { "content-type": "application/json", "if-match": view.entityTag },
      body: JSON.stringify({ text: siteOf(id, 3), actor: "王工", note: "汛期前调低" }),
    });
    const local = siteOf(id, 3.1);
    await gateway.send("reported", reportOf(local, 2));
    await until(() => gateway.fetches.find((digest) => digest === digestOf(local)), "the desk asked for the text");
    await gateway.send("document", { v: 1, digest: digestOf(local), packed: packText(local) });
    const scheme = language === "en" ? "dark" : "light";
    await using visit = await Visit.open(place().browser, `${fleet.http}/gateways/${id}/site`, {
      language,
      scheme,
      size: { width: 1366, height: 1500 },
    });
    const { page } = visit;
    await page.getByText(words.conflict).waitFor(SOON);
    await page.getByText(words.history).first().waitFor(SOON);
    await visit.picture(`site-conflict-${language}`);
    await page.getByLabel(words.name).first().fill("李工");
    await page.getByRole("button", { name: words.keep }).click();
    await page.getByText(words.runs).waitFor(SOON);
    expect(gateway.desired.at(-1)).toMatchObject({ revision: 2, author: "李工", digest: digestOf(local) });
    expect(visit.faults).toEqual([]);
  });
});
