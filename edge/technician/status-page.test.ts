import { connect } from "node:net";

import { silentLog } from "@outpost/kernel/log.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { AlarmAnswer } from "../rules/life/alarm-life.ts";
import { NEVER_RAISED } from "../rules/life/alarm-life.ts";
import { languageOf, WORDS } from "./catalogue.ts";
import { GatewayMetrics } from "./metrics.ts";
import type { Snapshot } from "./snapshot.ts";
import { openStatusPage, type StatusPage } from "./status-page.ts";

const OCCURRENCE = "a".repeat(32);
const NOW = 1_795_000_000_000;

const SNAPSHOT: Snapshot = {
  site: { id: "pump-01", name: { zh: "一号泵站", en: "Pump station 1" }, timeZone: "Asia/Shanghai" },
  gatewayId: "gateway-01",
  agentVersion: "0.1.0",
  nodeVersion: "v24",
  startedAtMs: NOW,
  now: { wallMs: NOW, monotonicMs: 5, confidence: "doubtful" },
  uplink: { phase: "offline", reason: "no broker" },
  siteFaults: ['site.yaml:3:4: rules.0.limit: expected a number, found "<b>high</b>"'],
  devices: [
    {
      id: "station",
      name: { zh: "控制柜", en: "Panel" },
      profile: "two-pump-station",
      health: { state: "online", reason: "answers", sinceWallMs: NOW },
      points: [
        {
          id: "level",
          name: { zh: "液位", en: "Level" },
          unit: "m",
          latest: {
            kind: "measurement",
            deviceId: "station",
            pointId: "level",
            unit: "m",
            reading: { quality: "good", value: 3.200_04 },
            isReportable: true,
            occurredAtMs: NOW,
            monotonicMs: 1,
            clockConfidence: "plausible",
          },
        },
        {
          id: "flow",
          name: { zh: "流量", en: "Flow" },
          unit: "L/s",
          latest: {
            kind: "measurement",
            deviceId: "station",
            pointId: "flow",
            unit: "L/s",
            reading: { quality: "bad", reason: "out-of-range" },
            isReportable: true,
            occurredAtMs: NOW,
            monotonicMs: 1,
            clockConfidence: "plausible",
          },
        },
        { id: "door", name: { zh: "门", en: "Door" }, unit: "", latest: undefined },
      ],
    },
  ],
  alarms: [
    {
      rule: {
        id: "high-level",
        priority: "critical",
        message: { zh: "水位过高", en: "Level <high>" },
        onDelayMs: 0,
        offDelayMs: 0,
        isLatched: false,
        actions: [],
        source: { deviceId: "station", pointId: "level" },
        comparator: { kind: "fact" },
        outOfService: undefined,
      },
      life: {
        ...NEVER_RAISED,
        state: "active-unacknowledged",
        occurrenceId: OCCURRENCE,
        version: 7,
        isConditionOn: true,
        raisedAtMs: NOW,
      },
      last: undefined,
      asking: { chainId: "duty", step: 2, round: 1, who: [{ zh: "王芳", en: "Wang <Fang>" }], answerInMs: 59_000 },
    },
    {
      rule: {
        id: "test/door",
        priority: "low",
        message: { zh: "门开", en: "Door is open" },
        onDelayMs: 0,
        offDelayMs: 0,
        isLatched: false,
        actions: [],
        source: undefined,
        comparator: { kind: "fact" },
        outOfService: undefined,
        isTest: true,
      },
      life: {
        ...NEVER_RAISED,
        state: "active-acknowledged",
        occurrenceId: "b".repeat(32),
        version: 2,
        flood: "station",
      },
      last: undefined,
    },
  ],
  alarmRate: { raised: 12, floods: ["station"] },
  journal: {
    epoch: "e".repeat(32),
    epochs: [],
    waiting: { alarm: 1, result: 0, occurrence: 2, measurement: 39, evidence: 0 },
    bytesUsed: 8 * 1024 * 1024,
    bytesAllowed: 512 * 1024 * 1024,
    ladder: "thin-measurements",
    writeFault: undefined,
    quarantined: undefined,
  },
  loopDelay: { p99Ms: 1, p999Ms: 2.5, maxMs: 9 },
  memoryRssBytes: 100 * 1024 * 1024,
  eventsLost: 3,
};

let page: StatusPage;
let acknowledged: [string, number][];
let answer: AlarmAnswer;
let metrics: GatewayMetrics;

beforeEach(async () => {
  acknowledged = [];
  answer = { kind: "done" };
  metrics = new GatewayMetrics();
  page = await openStatusPage(
    { host: "127.0.0.1", port: 0 },
    {
      log: silentLog,
      metrics,
      snapshot: () => Promise.resolve(SNAPSHOT),
      acknowledge: (occurrenceId, version) => {
        acknowledged.push([occurrenceId, version]);
        return answer;
      },
    },
  );
});
afterEach(async () => {
  await page[Symbol.asyncDispose]();
});

async function text(path: string, headers: Record<string, string> = {}): Promise<string> {
  return await (await fetch(page.url + path, { headers })).text();
}

function press(form: Record<string, string>, headers: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(form);
  return fetch(`${page.url}/alarms/acknowledge?lang=en`, { method: "POST", body, headers, redirect: "manual" });
}

describe("the page", () => {
  it("shows uplink, clock, journal, alarms and values with their quality, in the language asked for", async () => {
    const zh = await text("/?lang=zh");
    for (const word of [
      "一号泵站",
      "断开",
      "不可信",
      "测量值被稀释",
      "水位过高",
      "危急",
      "未确认",
      "3.2 m",
      "超出合理范围",
      "尚未读取",
      "等待应答 王芳 (2, 59 s)",
      "测试",
      "合并",
    ]) {
      expect(zh).toContain(word);
    }
    const en = await text("/?lang=en");
    for (const word of [
      "Pump station 1",
      "offline",
      "doubtful",
      "measurements are thinned",
      "critical",
      "out of range",
      "asked to answer: Wang &lt;Fang&gt; (2, 59 s)",
      ">test<",
      ">grouped<",
    ]) {
      expect(en).toContain(word);
    }
  });

  it("follows the browser's language unless told otherwise", async () => {
    expect(await text("/", { "accept-language": "en-GB,en;q=0.9,zh;q=0.5" })).toContain('lang="en"');
    expect(await text("/", { "accept-language": "fr-FR,zh-CN;q=0.8" })).toContain('lang="zh"');
    expect(await text("/?lang=zh", { "accept-language": "en" })).toContain('lang="zh"');
    expect(await text("/?lang=xx&told=xx")).toContain('lang="zh"');
    expect(languageOf(undefined, undefined)).toBe("zh");
  });

  it("loads nothing from anywhere else, and lets no other script run", async () => {
    const response = await fetch(`${page.url}/`);
    const body = await response.text();
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("escapes whatever came from outside", async () => {
    const en = await text("/?lang=en");
    expect(en).toContain("Level &lt;high&gt;");
    expect(en).toContain("&lt;b&gt;high&lt;/b&gt;");
    expect(en).not.toContain("<b>high</b>");
  });

  it("gives the part that changes on its own", async () => {
    const live = await text("/live?lang=en");
    expect(live).toContain("Level &lt;high&gt;");
    expect(live).not.toContain("<html");
  });

  it("has every word in both languages", () => {
    expect(shapeOf(WORDS.en)).toEqual(shapeOf(WORDS.zh));
  });
});

describe("the acknowledge button", () => {
  const form = { occurrenceId: OCCURRENCE, version: "7" };

  it("acknowledges what was shown and says how it went", async () => {
    for (const [given, told] of [
      [{ kind: "done" }, "done"],
      [{ kind: "stale", currentVersion: 8 }, "stale"],
      [{ kind: "refused", detail: "" }, "refused"],
    ] satisfies [AlarmAnswer, string][]) {
      answer = given;
      const response = await press(form, { origin: page.url });
      expect([response.status, response.headers.get("location")]).toEqual([303, `/?lang=en&told=${told}`]);
    }
    expect(acknowledged).toEqual([
      [OCCURRENCE, 7],
      [OCCURRENCE, 7],
      [OCCURRENCE, 7],
    ]);
    expect(await text("/?lang=en&told=stale")).toContain("The alarm has changed meanwhile");
  });

  it.each<[string, Record<string, string>]>([
    ["another page", { origin: "http://evil.example" }],
    ["another port of this host", { origin: "http://127.0.0.1:1" }],
    ["nobody knows where", {}],
    ["another site, in the browser's words", { "sec-fetch-site": "cross-site" }],
  ])("does nothing when pressed from %s", async (_, headers) => {
    expect((await press(form, headers)).status).toBe(403);
    expect(acknowledged).toEqual([]);
  });

  it.each([{ ...form, version: "0" }, { ...form, version: "x" }, { ...form, occurrenceId: "1" }, { version: "1" }])(
    "refuses a form that makes no sense: %o",
    async (bad) => {
      expect((await press(bad, { origin: page.url })).status).toBe(400);
      expect(acknowledged).toEqual([]);
    },
  );

  it("refuses a form that is too long", async () => {
    const response = await press({ ...form, note: "x".repeat(5_000) }, { origin: page.url });
    expect(response.status).toBe(413);
  });
});

describe("metrics and health", () => {
  it("are in Prometheus' text format", async () => {
    metrics.observeAction(3);
    metrics.observeAction(700);
    const body = await text("/metrics");
    for (const line of [
      'outpost_journal_waiting_rows{stream="measurement"} 39',
      'outpost_journal_ladder{ladder="thin-measurements"} 1',
      'outpost_journal_ladder{ladder="normal"} 0',
      'outpost_device_state{device="station",state="online"} 1',
      'outpost_alarms{priority="critical",state="active-unacknowledged"} 1',
      "outpost_alarms_raised_in_10_minutes 12",
      'outpost_alarm_flood{source="station"} 1',
      "outpost_events_lost_total 3",
      'outpost_loop_delay_seconds{quantile="0.999"} 0.0025',
      "# TYPE outpost_alarm_action_latency_seconds histogram",
      'outpost_alarm_action_latency_seconds_bucket{le="0.002"} 0',
      'outpost_alarm_action_latency_seconds_bucket{le="0.005"} 1',
      'outpost_alarm_action_latency_seconds_bucket{le="1"} 2',
      'outpost_alarm_action_latency_seconds_bucket{le="+Inf"} 2',
      "outpost_alarm_action_latency_seconds_count 2",
    ]) {
      expect(body.split("\n")).toContain(line);
    }
  });

  it("says that it is alive", async () => {
    expect(await (await fetch(`${page.url}/healthz`)).json()).toEqual({ ok: true });
  });
});

describe("foreign bytes", () => {
  it.each<[string, string | Buffer]>([
    ["noise", Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])],
    ["Modbus TCP", Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10])],
    ["a request that never ends its first line", `GET /${"a".repeat(100_000)}`],
    ["a request without a host", "GET / HTTP/1.1\r\n\r\n"],
    ["a length that lies", "POST /alarms/acknowledge HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n"],
  ])("%s: the connection ends and the page goes on", async (_, bytes) => {
    const { port, hostname } = new URL(page.url);
    const socket = connect(Number(port), hostname);
    // Being reset is as good an end as any.
    socket.on("error", () => {});
    socket.resume();
    const closed = new Promise((resolve) => {
      socket.once("close", resolve);
    });
    socket.end(bytes);
    await closed;
    expect(await (await fetch(`${page.url}/healthz`)).json()).toEqual({ ok: true });
  });

  it.each(["/nothing", "/../../etc/passwd", "/%", "/alarms/acknowledge"])(
    "an address that is none: %s",
    async (path) => {
      const response = await fetch(page.url + path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    },
  );
});

/** Which keys there are, whatever their words. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
