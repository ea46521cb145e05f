import type { ReportedOffer, ReportedSite } from "@outpost/wire/site-exchange.ts";
import { digestOf, packText, unpackText } from "@outpost/wire/site-packing.ts";
import type { Reported } from "@outpost/wire/uplink.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { until } from "../../broker/testing/until.ts";
import type { Fleet } from "../../fleet.ts";
import { hex128, TestGateway } from "../../ingest/testing/gateway.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { siteCheck, siteDiff, siteHistory, siteText, siteView, type SiteView } from "../desired-schemas.ts";
import { problem, type Problem } from "../schemas.ts";
import { openTestFleet } from "../testing/fleet.ts";

let server: TestPostgres;
let fleet: Fleet;
/** Another process over the same database, with a broker of its own. */
let other: Fleet;
beforeAll(async () => {
  server = await startTestPostgres();
  const database = await server.createDatabase();
  fleet = await openTestFleet(database);
  other = await openTestFleet(database);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function siteOf(gatewayId: string, limit = 3.2): string {
  return `# written by hand
version: 1
site: { id: s, name: { zh: 站, en: Site } }
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
  - { id: high, kind: threshold, device: station, point: level, is: above, limit: ${limit}, priority: critical, message: { zh: 高, en: High } }
`;
}

const STORE = hex128();

/** What a gateway says that runs `text`, changed on site for the `number`th time. */
function reportedSite(text: string, changes: Partial<ReportedSite> = {}, number = 1, base = 0): ReportedSite {
  const local = {
    store: STORE,
    number,
    digest: digestOf(text),
    base,
    by: "zhang",
    why: "new gauge",
    atMs: 1_700_000_000_000,
  };
  const running = { digest: local.digest, sinceMs: 1, origin: "local", by: "zhang", revision: base } as const;
  return { running, local, locals: [local], fileFaults: [], ...changes };
}

function report(document: ReportedSite | undefined): Reported {
  return {
    v: 1,
    agentVersion: "1",
    startedAtMs: 1,
    site: { id: "s", name: { zh: "站", en: "Site" }, timeZone: "Asia/Shanghai" },
    clock: { wallMs: 1, confidence: "confirmed" },
    devices: [],
    journal: { waiting: {}, bytesUsed: 1, bytesAllowed: 2, ladder: "normal" },
    memoryRssBytes: 1,
    loopDelayP999Ms: 1,
    ...(document === undefined ? {} : { document }),
  };
}

class Site implements AsyncDisposable {
  readonly id: string;
  readonly gateway: TestGateway;
  constructor(id: string, gateway: TestGateway) {
    this.id = id;
    this.gateway = gateway;
  }

  static async open(id: string, mqtt = fleet.mqtt): Promise<Site> {
    const gateway = await TestGateway.connect(mqtt, id);
    await gateway.hello([hex128()]);
    return new Site(id, gateway);
  }

  /** Reports, and answers for the texts that the desk asks for. */
  async say(document: ReportedSite, ...texts: readonly string[]): Promise<SiteView> {
    const count = this.gateway.fetches.length;
    await this.gateway.send("reported", report(document));
    if (texts.length > 0) {
      await until(() => this.gateway.fetches[count], "the desk asked for the text");
      for (const text of texts)
        await this.gateway.send("document", { v: 1, digest: digestOf(text), packed: packText(text) });
    }
    return await until(async () => {
      const view = await this.view();
      const isHeard = view.running?.digest === document.running.digest && view.offer?.state === document.offer?.state;
      return isHeard && (texts.length === 0 || view.running?.text !== null) ? view : undefined;
    }, "the desk knows");
  }

  async view(at = fleet): Promise<SiteView> {
    return siteView.parse(await (await fetch(`${at.http}/api/gateways/${this.id}/site`)).json());
  }

  async ask(method: string, path: string, body: unknown, entityTag?: string): Promise<SiteView | Problem> {
    const answer = await fetch(`${fleet.http}/api/gateways/${this.id}/site${path}`, {
      method,
      headers: { "content-type": "application/json", ...(entityTag === undefined ? {} : { "if-match": entityTag }) },
      body: JSON.stringify(body),
    });
    const json: unknown = await answer.json();
    return answer.ok ? siteView.parse(json) : problem.parse(json);
  }

  async put(text: string, entityTag?: string, actor = "wang"): Promise<SiteView | Problem> {
    return await this.ask("PUT", "", { text, actor, note: "because" }, entityTag);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
  }
}

describe("the site document of a gateway", () => {
  it("is what the gateway says it runs, whose text the desk asks for once", async () => {
    await using site = await Site.open("gw-first");
    const text = siteOf(site.id);
    const view = await site.say(reportedSite(text), text);
    expect(view).toMatchObject({ standing: "none", running: { text, by: "zhang" }, desired: null, offer: null });
    await site.gateway.send("reported", report(reportedSite(text)));
    await site.gateway.hello([hex128()]);
    expect(site.gateway.fetches).toEqual([digestOf(text)]);
  });

  it("is sent when it is written, and again by whichever process hears that it is not known", async () => {
    await using site = await Site.open("gw-put");
    const text = siteOf(site.id);
    const { entityTag } = await site.say(reportedSite(text), text);
    const written = await site.put(siteOf(site.id, 3), entityTag);
    expect(written).toMatchObject({
      standing: "waiting",
      desired: { revision: 1, author: "wang", note: "because" },
      weakenings: [],
    });
    expect(written).toMatchObject({
      diff: [{ section: "rules", id: "high", change: "changed", fields: [{ path: "limit", before: 3.2, after: 3 }] }],
    });
    const [sent] = await until(
      () => (site.gateway.desired.length > 0 ? site.gateway.desired : undefined),
      "the revision came",
    );
    expect(sent && unpackText(sent)).toBe(siteOf(site.id, 3));
    expect(sent).toMatchObject({ revision: 1, author: "wang", knows: { store: STORE, number: 1 } });

    await using elsewhere = await TestGateway.connect(other.mqtt, site.id);
    await elsewhere.send("reported", report(reportedSite(text)));
    await until(() => elsewhere.desired[0], "the other process sent it");
    expect(elsewhere.desired[0]).toEqual(sent);
  });

  it("is never sent to a gateway that is older than it", async () => {
    await using site = await Site.open("gw-old");
    await site.gateway.send("reported", report(undefined));
    const { entityTag } = await until(async () => {
      const view = await site.view();
      return view.standing === "unsupported" ? view : undefined;
    }, "the gateway was heard");
    await site.put(siteOf(site.id), entityTag);
    await site.gateway.send("reported", report(undefined));
    await site.gateway.hello([hex128()]);
    expect((await site.view()).standing).toBe("unsupported");
  });

  it("is refused with the line of each fault, and nothing is written", async () => {
    await using site = await Site.open("gw-bad");
    const text = siteOf(site.id);
    const { entityTag } = await site.say(reportedSite(text), text);
    for (const [bad, fault] of [
      [text.replace("limit: 3.2", "limit: high"), { path: "rules.0.limit", line: 14 }],
      [text.replace("device: station, point", "device: pump, point"), { path: "rules.0.device", line: 14 }],
      [text.replace("point: level", "point: levle"), { path: "rules.0.point", line: 14 }],
      [
        text.replace(
          "rules:",
          `  - ${text.slice(text.indexOf("id: station"), text.indexOf("rules:")).trim().replace("id: station", "id: twin")}\nrules:`,
        ),
        { path: expect.stringMatching(/^devices\.1/) },
      ],
      [siteOf("gw-other"), { path: "gateway.id", line: 4 }],
      [text.slice(0, text.indexOf("devices:")) + "devices: []\n", { path: "devices" }],
      ["[", { path: "" }],
    ] as const) {
      const refused = await site.put(bad, entityTag);
      expect(refused).toMatchObject({ status: 422, code: "desired/refused", faults: [fault] });
      const answer = await fetch(`${fleet.http}/api/gateways/${site.id}/site/check`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: bad }),
      });
      expect(siteCheck.parse(await answer.json()).faults).toEqual([expect.objectContaining(fault)]);
    }
    expect(await site.view()).toMatchObject({ desired: null, entityTag });
  });

  it("is written only by who has read what stands", async () => {
    await using site = await Site.open("gw-match");
    const text = siteOf(site.id);
    const { entityTag } = await site.say(reportedSite(text), text);
    expect(await site.put(text)).toMatchObject({ status: 428, code: "desired/no-entity-tag" });
    const both = await Promise.all([site.put(siteOf(site.id, 3), entityTag), site.put(siteOf(site.id, 2), entityTag)]);
    expect(both.filter((answer) => "code" in answer)).toMatchObject([{ status: 412, code: "desired/stale" }]);
    const { entityTag: next } = await site.view();
    // The site is changed meanwhile: whoever read before that has not seen it.
    const changed = siteOf(site.id, 3.1);
    await site.say(reportedSite(changed, {}, 2), changed);
    expect(await site.put(siteOf(site.id, 1), next)).toMatchObject({ code: "desired/stale" });
    expect(await site.put(text, '"0.none"')).toMatchObject({ code: "desired/stale" });
    expect(await new Site("gw-nobody", site.gateway).put(text, next)).toMatchObject({ code: "gateway/unknown" });
  });
});

describe("a revision that weakens a critical alarm", () => {
  it("takes a second person, who is not its author", async () => {
    await using site = await Site.open("gw-weak");
    const text = siteOf(site.id);
    const weak = siteOf(site.id, 4);
    const { entityTag } = await site.say(reportedSite(text), text);
    const written = await site.put(weak, entityTag);
    expect(written).toMatchObject({ weakenings: [{ kind: "limit-moved", ruleId: "high", before: "3.2", after: "4" }] });
    const digest = digestOf(weak);
    const held: ReportedOffer = {
      revision: 1,
      digest,
      author: "wang",
      state: "held",
      atMs: 1,
      reason: "it weakens",
      faults: [],
      weakenings: [],
    };
    expect(await site.say(reportedSite(text, { offer: held }))).toMatchObject({ standing: "held" });
    for (const actor of ["wang", " Wang "]) {
      expect(await site.ask("POST", "/approve", { revision: 1, digest, actor })).toMatchObject({ code: "desired/own" });
    }
    expect(await site.ask("POST", "/approve", { revision: 1, digest: digestOf(text), actor: "li" })).toMatchObject({
      code: "desired/stale",
    });
    expect(await site.ask("POST", "/approve", { revision: 1, digest, actor: "li" })).toMatchObject({
      desired: { approval: { by: "li" } },
    });
    expect(await site.ask("POST", "/approve", { revision: 1, digest, actor: "zhao" })).toMatchObject({
      code: "desired/stale",
    });
    await until(() => site.gateway.desired.find(({ approval }) => approval?.by === "li"), "the approval came");
    // Lost on the way: the gateway says again that it holds it, and gets it again.
    const count = site.gateway.desired.length;
    await site.gateway.send("reported", report(reportedSite(text, { offer: held })));
    await until(() => site.gateway.desired[count], "the approval came again");
  });
});

describe("a change on site and one at the desk that did not know of each other", () => {
  it.each(["keep-local", "take-desk", "merged"] as const)(
    "are shown with both diffs, and end by a choice: %s",
    async (choice) => {
      await using site = await Site.open(`gw-${choice}`);
      const [first, desk, local, merged] = [
        siteOf(site.id),
        siteOf(site.id, 3),
        siteOf(site.id, 2.9),
        siteOf(site.id, 2.8),
      ];
      const { entityTag } = await site.say(reportedSite(first), first);
      await site.put(desk, entityTag);
      const conflict = await site.say(reportedSite(local, {}, 2), local);
      expect(conflict).toMatchObject({
        standing: "conflict",
        conflict: {
          local: [{ id: "high", fields: [{ path: "limit", before: 3.2, after: 2.9 }] }],
          desk: [{ id: "high", fields: [{ path: "limit", before: 3.2, after: 3 }] }],
        },
      });
      const body = { choice, actor: "li", ...(choice === "merged" ? { text: merged } : {}) };
      expect(await site.ask("POST", "/resolve", body, entityTag)).toMatchObject({ code: "desired/stale" });
      const resolved = await site.ask("POST", "/resolve", body, conflict.entityTag);
      const chosen = { "keep-local": local, "take-desk": desk, merged }[choice];
      expect(resolved).toMatchObject({
        standing: choice === "keep-local" ? "running" : "waiting",
        desired: { revision: 2, text: chosen },
      });
      const sent = await until(() => site.gateway.desired.find(({ revision }) => revision === 2), "the choice came");
      expect(sent.knows).toEqual({ store: STORE, number: 2 });
      expect(await site.ask("POST", "/resolve", body, conflict.entityTag)).toMatchObject({ code: "desired/stale" });

      const history = siteHistory.parse(
        await (await fetch(`${fleet.http}/api/gateways/${site.id}/site/history`)).json(),
      );
      expect(history.revisions.map(({ revision, author }) => [revision, author])).toEqual([
        [2, "li"],
        [1, "wang"],
      ]);
      expect(history.locals.map(({ number, by, hasText }) => [number, by, hasText])).toEqual([
        [2, "zhang", true],
        [1, "zhang", true],
      ]);
      // Nothing vanished: every text is there still, and any two can be compared.
      for (const text of [first, desk, local]) {
        const kept = await fetch(`${fleet.http}/api/gateways/${site.id}/site/texts/${digestOf(text)}`);
        expect(siteText.parse(await kept.json()).text).toBe(text);
      }
      const diff = await fetch(
        `${fleet.http}/api/gateways/${site.id}/site/diff?from=${digestOf(first)}&to=${digestOf(local)}`,
      );
      expect(siteDiff.parse(await diff.json()).changes).toMatchObject([{ id: "high" }]);
    },
  );
});

describe("a desk that was restored from an old copy", () => {
  it("sees that the gateway has heard of more, and writes above that", async () => {
    await using site = await Site.open("gw-ahead");
    const text = siteOf(site.id);
    const offer: ReportedOffer = {
      revision: 7,
      digest: digestOf(text),
      author: "wang",
      state: "running",
      atMs: 1,
      reason: "",
      faults: [],
      weakenings: [],
    };
    const view = await site.say(reportedSite(text, { offer }, 2, 7), text);
    expect(view.standing).toBe("ahead");
    expect(await site.put(siteOf(site.id, 3), view.entityTag)).toMatchObject({ desired: { revision: 8 } });
  });
});
