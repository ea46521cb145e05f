import type { Reported } from "@outpost/wire/uplink.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";

import { until } from "../../broker/testing/until.ts";
import { CHARGING_FROM_MS, chargingRow, records } from "../../charging/testing/records.ts";
import type { Fleet } from "../../fleet.ts";
import { hex128, TestGateway } from "../../ingest/testing/gateway.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { chargingDetail, chargingPage, chargingTotals, type ChargingPage } from "../charging-schemas.ts";
import { gatewaySummary, problem } from "../schemas.ts";
import { openTestFleet } from "../testing/fleet.ts";

const { started, refused, updated, ended, unended, reconciled, unmatched, duplicate } = records;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

let server: TestPostgres;
let fleet: Fleet;
beforeAll(async () => {
  server = await startTestPostgres();
  fleet = await openTestFleet(await server.createDatabase());
  await fill();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function reportedDevice(id: string): Reported["devices"][number] {
  return {
    id,
    adapter: "ocpp",
    name: { zh: `${id}号桩`, en: `Pile ${id}` },
    state: "online",
    reason: "",
    points: [],
  };
}

function reported(siteName: string, timeZone: string): Reported {
  return {
    v: 1,
    agentVersion: "1.2.3",
    startedAtMs: CHARGING_FROM_MS,
    site: { id: "site-1", name: { zh: siteName, en: siteName }, timeZone },
    clock: { wallMs: CHARGING_FROM_MS, confidence: "confirmed" },
    devices: [reportedDevice("pile-1"), reportedDevice("pile-2")],
    journal: { waiting: {}, bytesUsed: 1, bytesAllowed: 2, ladder: "normal" },
    memoryRssBytes: 1,
    loopDelayP999Ms: 1,
  };
}

/** Two gateways; the first with a transaction of each kind and some a day later. */
async function fill(): Promise<void> {
  await using first = await TestGateway.connect(fleet.mqtt, "gw-park");
  const epoch = hex128();
  await first.hello([epoch]);
  await first.send("reported", reported('=cmd|"/C calc"!A0', "Asia/Shanghai"));
  const said = [
    started("1"),
    updated("1", 5, { currentL1A: 10.5, socPercent: 40 }),
    updated("1", 10),
    // Nothing for half an hour, then the end.
    ended("1", 40),
    duplicate("1", 41),
    refused("2", 50),
    started("3", 60),
    unended("3", 90),
    unmatched("4", 100),
    started("5", 120, { isOffline: true }),
    ended("5", 130, { energyWh: 1_000 }),
    reconciled("5", 130),
    started("6", DAY_MINUTES, { idTag: "@SUM(A1:A9)" }),
    updated("6", DAY_MINUTES + 10, { meterWh: 3_500 }),
  ];
  const rows = said.map((record, index) => chargingRow(index + 1, "pile-1", record));
  await first.deliver(epoch, "occurrence", [
    ...rows,
    chargingRow(said.length + 1, "pile-2", started("1", 30)),
    chargingRow(said.length + 2, "pile-2", duplicate("unseen", 31)),
  ]);
  await using second = await TestGateway.connect(fleet.mqtt, "gw-other");
  const otherEpoch = hex128();
  await second.hello([otherEpoch]);
  await second.deliver(otherEpoch, "occurrence", [
    chargingRow(1, "pile-1", started("1", 10)),
    chargingRow(2, "pile-1", ended("1", 20, { energyWh: 500 })),
  ]);
  await until(async () => {
    const gateways = gatewaySummary.array().parse(await (await fetch(`${fleet.http}/api/gateways`)).json());
    return gateways.find(({ id, site }) => id === "gw-park" && site !== null);
  }, "the site was reported");
}

async function ask<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  return schema.parse(await (await fetch(`${fleet.http}/api/charging/${path}`)).json());
}

async function refusal(path: string): Promise<string> {
  const answer = await fetch(`${fleet.http}/api/charging/${path}`);
  const { status, code } = problem.parse(await answer.json());
  expect(status).toBe(answer.status);
  return `${status} ${code}`;
}

async function listed(query: string): Promise<string[]> {
  const { transactions } = await ask(chargingPage, `transactions?${query}`);
  return transactions.map((one) => `${one.gatewayId}/${one.deviceId}/${one.transaction} ${one.status}`);
}

describe("charging transactions", () => {
  it("are listed, the latest begun first, by gateway, device, status and time", async () => {
    expect(await listed("gateway=gw-park&device=pile-1")).toEqual([
      "gw-park/pile-1/6 charging",
      "gw-park/pile-1/5 ended",
      "gw-park/pile-1/4 unmatched",
      "gw-park/pile-1/3 unended",
      "gw-park/pile-1/2 refused",
      "gw-park/pile-1/1 ended",
    ]);
    expect(await listed("gateway=gw-other")).toEqual(["gw-other/pile-1/1 ended"]);
    expect(await listed("status=charging")).toEqual(["gw-park/pile-1/6 charging", "gw-park/pile-2/1 charging"]);
    const from = CHARGING_FROM_MS + 10 * MINUTE_MS;
    expect(await listed(`fromMs=${from}&toMs=${CHARGING_FROM_MS + 30 * MINUTE_MS}`)).toEqual([
      "gw-other/pile-1/1 ended",
    ]);
    expect(await listed("device=nobody")).toEqual([]);
  });

  it("come page by page, every one once", async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: ChargingPage = await ask(chargingPage, `transactions?limit=3${from}`);
      seen.push(...page.transactions.map((one) => `${one.gatewayId}/${one.deviceId}/${one.transaction}`));
      cursor = page.nextCursor;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
    expect((await listed("cursor=9999999999999999_1_AA")).length).toBe(8);
    expect((await listed("cursor=nonsense")).length).toBe(8);
  });

  it("show their course, their silences and their other records", async () => {
    const detail = await ask(chargingDetail, "transactions/gw-park/pile-1/1");
    expect(detail).toMatchObject({
      status: "ended",
      energyWh: 4_800,
      meterStartWh: 1_000,
      meterStopWh: 5_800,
      meterLastWh: 2_200,
      holeCount: 1,
      duplicateCount: 1,
      isWhole: true,
      holes: [{ fromMs: CHARGING_FROM_MS + 10 * MINUTE_MS, toMs: CHARGING_FROM_MS + 40 * MINUTE_MS }],
    });
    expect(detail.samples).toEqual([
      {
        atMs: CHARGING_FROM_MS + 5 * MINUTE_MS,
        meterWh: 1_600,
        powerW: 7_200,
        currentL1A: 10.5,
        currentL2A: null,
        currentL3A: null,
        socPercent: 40,
      },
      expect.objectContaining({ meterWh: 2_200, currentL1A: null }),
    ]);
    expect(detail.steps.map(({ name }) => name)).toEqual([
      "transaction-started",
      "transaction-ended",
      "transaction-duplicate",
    ]);
    expect(await ask(chargingDetail, "transactions/gw-park/pile-1/5")).toMatchObject({
      reconciled: "connector-time-meter",
      claimedId: "-1",
      isOffline: true,
    });
  });

  it("are summed up by the days of the site", async () => {
    const span = `fromMs=${CHARGING_FROM_MS}&toMs=${CHARGING_FROM_MS + 3 * DAY_MINUTES * MINUTE_MS}`;
    expect(await ask(chargingTotals, `totals?gateway=gw-park&${span}`)).toEqual({
      fromMs: CHARGING_FROM_MS,
      toMs: CHARGING_FROM_MS + 3 * DAY_MINUTES * MINUTE_MS,
      zone: "Asia/Shanghai",
      sessionCount: 6,
      energyWh: 4_800 + 600 + 1_000 + 2_500,
      byStatus: { charging: 2, ended: 2, refused: 1, unended: 1, unmatched: 1 },
      gapCount: 1,
      duplicateCount: 1,
      byDay: [
        { day: "2026-11-23", sessionCount: 5, energyWh: 6_400 },
        { day: "2026-11-24", sessionCount: 1, energyWh: 2_500 },
      ],
    });
    // Two hours after the first begin it is midnight there: a session that begins then belongs to the next day.
    const there = await ask(chargingTotals, `totals?${span}&zone=Pacific/Kiritimati&device=pile-1`);
    expect(there.byDay.map(({ day, sessionCount }) => `${day} ${sessionCount}`)).toEqual([
      "2026-11-23 4",
      "2026-11-24 2",
    ]);
    expect((await ask(chargingTotals, "totals?gateway=nobody")).sessionCount).toBe(0);
  });

  it("are refused with a code where the question makes no sense", async () => {
    expect(await refusal("transactions/gw-park/pile-1/99")).toBe("404 transaction/unknown");
    expect(await refusal("transactions/gw-park/pile-2/unseen")).toBe("404 transaction/unknown");
    expect(await refusal("transactions?status=odd")).toBe("400 api/bad-request");
    expect(await refusal("transactions?limit=501")).toBe("400 api/bad-request");
    expect(await refusal("transactions?fromMs=2&toMs=2")).toBe("400 api/bad-request");
    expect(await refusal("totals?zone=Mars/Olympus")).toBe("400 api/bad-request");
    expect(await refusal("totals?zone=%2B08:00")).toBe("400 api/bad-request");
    expect(await refusal(`totals?fromMs=0&toMs=${CHARGING_FROM_MS}`)).toBe("400 api/bad-request");
    expect(await refusal("transactions.csv?bom=yes")).toBe("400 api/bad-request");
  });

  it("stand in OpenAPI", async () => {
    const document = await (await fetch(`${fleet.http}/api/openapi.json`)).text();
    for (const path of [
      "transactions",
      "transactions.csv",
      "totals",
      "transactions/{gateway}/{device}/{transaction}",
    ]) {
      expect(document).toContain(`"/api/charging/${path}"`);
    }
    expect(document).toContain('"text/csv"');
  });
});

async function readFile(query: string): Promise<{ readonly text: string; readonly type: string | null }> {
  const answer = await fetch(`${fleet.http}/api/charging/transactions.csv?${query}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain("attachment");
  return { text: Buffer.from(await answer.arrayBuffer()).toString("utf8"), type: answer.headers.get("content-type") };
}

describe("the CSV file", () => {
  it("has a line for each transaction, energy in kWh, times at the site and in UTC, and no formula", async () => {
    const { text, type } = await readFile("gateway=gw-park&device=pile-1");
    expect(type).toContain("text/csv");
    const [header, newest, ...others] = text.split("\r\n");
    expect(header?.startsWith("site,gateway,charge point,")).toBe(true);
    expect(newest).toBe(
      `"'=cmd|""/C calc""!A0",gw-park,pile-1,Pile pile-1,1,6,charging,'@SUM(A1:A9),2026-11-24 16:00:00,,` +
        `Asia/Shanghai,2026-11-24T08:00:00.000Z,,,2.5,1,,,,,0,0`,
    );
    expect(others.at(-2)).toContain(
      ",1,1,ended,****7788,2026-11-23 16:00:00,2026-11-23 16:40:00,Asia/Shanghai," +
        "2026-11-23T08:00:00.000Z,2026-11-23T08:40:00.000Z,2400,4.8,1,5.8,Local,,,1,1",
    );
    expect(others.at(-1)).toBe("");
    expect(others).toHaveLength(6);
  });

  it("begins with a byte order mark and Chinese names where asked for, and has a header where it is empty", async () => {
    const { text } = await readFile("device=nobody&bom=true&language=zh");
    expect(text.startsWith("\u{feff}站点,网关,")).toBe(true);
    expect(text.endsWith("重复消息\r\n")).toBe(true);
  });
});
