import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Reported } from "@outpost/wire/uplink.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";

import { until } from "../broker/testing/until.ts";
import type { Fleet } from "../fleet.ts";
import { hex128, TestGateway } from "../ingest/testing/gateway.ts";
import { alarm, alarmRow, measurementRow, RECORDED_FROM_MS, resultRow, statusRow } from "../ingest/testing/rows.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import * as schemas from "./schemas.ts";
import { openTestFleet } from "./testing/fleet.ts";
import { LiveReader } from "./testing/live-reader.ts";

let server: TestPostgres;
let fleet: Fleet;
beforeAll(async () => {
  server = await startTestPostgres();
  fleet = await openTestFleet(await server.createDatabase());
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function ask<T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(fleet.http + path, init);
  return schema.parse(await answer.json());
}

async function post<T>(schema: z.ZodType<T>, path: string, body: unknown): Promise<T> {
  return await ask(schema, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function problemAt(path: string, init: RequestInit = {}): Promise<{ status: number; code: string }> {
  const answer = await fetch(fleet.http + path, init);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  const problem = schemas.problem.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return { status: problem.status, code: problem.code };
}

const json = (body: string): RequestInit => ({ method: "POST", headers: { "content-type": "application/json" }, body });

function text(word: string): { zh: string; en: string } {
  return { zh: `${word}站`, en: word };
}

function reportedState(gatewayId: string): Reported {
  const point = (id: string) => ({ id, name: text(id), unit: "m", writable: { min: 0, max: 5, isHazardous: true } });
  return {
    v: 1,
    agentVersion: "1.2.3",
    startedAtMs: RECORDED_FROM_MS,
    site: { id: `site-${gatewayId}`, name: text("North"), timeZone: "Asia/Shanghai" },
    clock: { wallMs: RECORDED_FROM_MS, confidence: "confirmed" },
    devices: [
      {
        id: "pump-1",
        adapter: "modbus",
        name: text("Pump"),
        profile: "two-pumps",
        state: "online",
        reason: "",
        points: [point("level"), point("flow")],
      },
      { id: "node-2", adapter: "modbus", name: text("Node"), state: "fault", reason: "timeout", points: [] },
    ],
    journal: { waiting: {}, bytesUsed: 1, bytesAllowed: 2, ladder: "normal" },
    memoryRssBytes: 1,
    loopDelayP999Ms: 1,
  };
}

async function connectGateway(id: string): Promise<{ gateway: TestGateway; epoch: string }> {
  const gateway = await TestGateway.connect(fleet.mqtt, id);
  const epoch = hex128();
  await gateway.hello([epoch]);
  return { gateway, epoch };
}

describe("gateways, devices and points", () => {
  it("show what a gateway reports, then its readings and its device's state as they come", async () => {
    const { gateway, epoch } = await connectGateway("gw-read");
    await using live = await LiveReader.open(fleet.http);
    await gateway.send("reported", reportedState("gw-read"));
    const summary = await live.find(schemas.liveEvents.gateway, (one) => one.id === "gw-read" && one.deviceCount === 2);
    expect(summary).toMatchObject({
      state: "online",
      agentVersion: "1.2.3",
      clockConfidence: "confirmed",
      troubledDeviceCount: 1,
      openAlarmCount: 0,
    });
    expect(await ask(schemas.gatewaySummary.array(), "/api/gateways")).toContainEqual(
      expect.objectContaining({ id: "gw-read", site: summary.site }),
    );
    expect((await ask(schemas.gatewayDetail, "/api/gateways/gw-read")).reported).toEqual(reportedState("gw-read"));

    await gateway.deliver(epoch, "measurement", [measurementRow(1, 1.25), measurementRow(2, null, "flow")]);
    await gateway.deliver(epoch, "occurrence", [statusRow(1, "offline")]);
    await live.find(schemas.liveEvents.points, (points) =>
      points.some((point) => point.gatewayId === "gw-read" && point.value === 1.25),
    );
    await live.find(schemas.liveEvents.device, (one) => one.gatewayId === "gw-read" && one.state === "offline");
    const devices = await ask(schemas.device.array(), "/api/gateways/gw-read/devices");
    expect(devices.map(({ id, state, profile }) => [id, state, profile])).toEqual([
      ["node-2", "fault", null],
      ["pump-1", "offline", "two-pumps"],
    ]);
    const points = await ask(schemas.pointLatest.array(), "/api/devices/gw-read/pump-1/points");
    expect(
      points.map(({ id, value, badReason, unit, writable }) => [id, value, badReason, unit, writable?.isHazardous]),
    ).toEqual([
      ["flow", null, "timeout", "m", true],
      ["level", 1.25, null, "m", true],
    ]);

    const smaller = reportedState("gw-read");
    await gateway.send("reported", { ...smaller, devices: smaller.devices.slice(0, 1) });
    await live.find(schemas.liveEvents.gateway, (one) => one.id === "gw-read" && one.deviceCount === 1);
    expect(await ask(schemas.device.array(), "/api/gateways/gw-read/devices")).toHaveLength(1);
    await gateway[Symbol.asyncDispose]();
  });

  it("give a point's history in buckets, gaps of bad quality kept", async () => {
    const { gateway, epoch } = await connectGateway("gw-history");
    const values = Array.from({ length: 100 }, (_, index) =>
      measurementRow(index + 1, index >= 40 && index < 60 ? null : index),
    );
    await gateway.deliver(epoch, "measurement", values);
    const path = `/api/points/gw-history/pump-1/level/history?fromMs=${RECORDED_FROM_MS + 1}&toMs=${RECORDED_FROM_MS + 101}`;
    const { buckets, bucketMs } = await ask(schemas.pointHistory, `${path}&maxPoints=10`);
    expect(bucketMs).toBe(10);
    expect(buckets).toHaveLength(10);
    expect(buckets[0]).toEqual({
      atMs: RECORDED_FROM_MS + 1,
      min: 0,
      max: 9,
      average: 4.5,
      goodCount: 10,
      badCount: 0,
      badReason: null,
    });
    expect(buckets[4]).toMatchObject({ min: null, average: null, goodCount: 0, badCount: 10, badReason: "timeout" });
    expect((await ask(schemas.pointHistory, path)).buckets).toHaveLength(100);
    await gateway[Symbol.asyncDispose]();
  });
});

describe("the alarm desk", () => {
  it("hears of an alarm at once, asks the gateway to acknowledge it, and shows what came of that", async () => {
    const { gateway, epoch } = await connectGateway("gw-desk");
    await using live = await LiveReader.open(fleet.http);
    const id = hex128();
    await gateway.send("notice", { v: 1, alarm: alarm(id, 1) });
    const raised = await live.find(schemas.liveEvents.alarm, (one) => one.id === id);
    expect(raised).toMatchObject({ gatewayId: "gw-desk", version: 1, state: "active-unacknowledged", actor: null });

    const order = await post(schemas.command, `/api/alarms/${id}/acknowledge`, {
      expectedVersion: 1,
      actor: "wang",
      note: "去看",
    });
    expect(order).toMatchObject({ state: "sent", gatewayId: "gw-desk", actor: "wang" });
    const [command] = await until(
      () => (gateway.commands.length > 0 ? gateway.commands : undefined),
      "the order arrived",
    );
    expect(command).toMatchObject({
      id: order.id,
      session: gateway.session,
      order: { kind: "acknowledge", occurrenceId: id, expectedVersion: 1, note: "去看" },
    });
    expect((await ask(schemas.alarmDetail, `/api/alarms/${id}`)).state).toBe("active-unacknowledged");

    await gateway.deliver(epoch, "alarm", [alarmRow(1, id, 1), alarmRow(2, id, 2, "active-acknowledged")]);
    await gateway.deliver(epoch, "result", [resultRow(1, order.id)]);
    expect(
      await live.find(schemas.liveEvents.command, (one) => one.id === order.id && one.state === "done"),
    ).toMatchObject({
      before: 0,
      after: 1,
    });
    const detail = await ask(schemas.alarmDetail, `/api/alarms/${id}`);
    expect(detail).toMatchObject({
      version: 2,
      state: "active-acknowledged",
      commands: [{ id: order.id, state: "done" }],
    });
    expect(detail.steps.map((step) => step.version)).toEqual([1, 2]);
    expect(await problemAt(`/api/alarms/${id}/acknowledge`, json('{"expectedVersion":1,"actor":"li"}'))).toEqual({
      status: 409,
      code: "alarm/stale",
    });
    await gateway[Symbol.asyncDispose]();
  });

  it("shelves for a while and ends that, never without end", async () => {
    const { gateway } = await connectGateway("gw-shelve");
    const id = hex128();
    await gateway.send("notice", { v: 1, alarm: alarm(id, 1) });
    await until(
      async () => ((await fetch(`${fleet.http}/api/alarms/${id}`)).ok ? true : undefined),
      "the alarm was there",
    );
    await post(schemas.command, `/api/alarms/${id}/shelve`, {
      expectedVersion: 1,
      actor: "wang",
      forMs: 60_000,
      reason: "repair",
    });
    await post(schemas.command, `/api/alarms/${id}/unshelve`, { expectedVersion: 1, actor: "wang" });
    await until(() => (gateway.commands.length === 2 ? true : undefined), "both orders arrived");
    expect(gateway.commands.map(({ order }) => order.kind)).toEqual(["shelve", "unshelve"]);
    const endless = json('{"expectedVersion":1,"actor":"wang","reason":"x"}');
    expect(await problemAt(`/api/alarms/${id}/shelve`, endless)).toEqual({ status: 400, code: "api/bad-request" });
    await gateway[Symbol.asyncDispose]();
  });

  it("lists open alarms page by page, every one once", async () => {
    const { gateway, epoch } = await connectGateway("gw-pages");
    const ids = Array.from({ length: 7 }, () => hex128());
    await gateway.deliver(
      epoch,
      "alarm",
      ids.map((id, index) => alarmRow(index + 1, id, 1, index === 6 ? "normal" : "active-unacknowledged")),
    );
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: schemas.AlarmPage = await ask(schemas.alarmPage, `/api/alarms?gateway=gw-pages&limit=2${from}`);
      seen.push(...page.alarms.map((one) => one.id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen)).toEqual(new Set(ids.slice(0, 6)));
    expect(seen).toHaveLength(6);
    expect(
      (await ask(schemas.alarmPage, "/api/alarms?gateway=gw-pages&state=normal")).alarms.map((one) => one.id),
    ).toEqual([ids[6]]);
    await gateway[Symbol.asyncDispose]();
  });
});

describe("commands", () => {
  const order = { kind: "write", deviceId: "pump-1", pointId: "setpoint", value: 2 };

  it("go out once for one id, and are refused for an offline or unknown gateway", async () => {
    const { gateway } = await connectGateway("gw-orders");
    const body = { id: hex128(), gatewayId: "gw-orders", actor: "wang", ttlMs: 5_000, order };
    const first = await post(schemas.command, "/api/commands", body);
    expect(await post(schemas.command, "/api/commands", body)).toEqual(first);
    expect(await problemAt("/api/commands", json(JSON.stringify({ ...body, actor: "li" })))).toEqual({
      status: 409,
      code: "command/id-taken",
    });
    expect(await ask(schemas.command, `/api/commands/${body.id}`)).toEqual(first);
    await gateway.send("presence", { v: 1, session: gateway.session, state: "offline" });
    const offline = json(JSON.stringify({ gatewayId: "gw-orders", actor: "wang", order }));
    const refused = await until(async () => {
      const answer = await fetch(`${fleet.http}/api/commands`, offline);
      return answer.status === 409 ? schemas.problem.parse(await answer.json()) : undefined;
    }, "the gateway was offline");
    expect(refused.code).toBe("command/gateway-offline");
    expect(new Set(gateway.commands.map(({ id }) => id)).size).toBe(gateway.commands.length);
    const unknown = json(JSON.stringify({ gatewayId: "nobody", actor: "wang", order }));
    expect(await problemAt("/api/commands", unknown)).toEqual({ status: 404, code: "gateway/unknown" });
    await gateway[Symbol.asyncDispose]();
  });
});

describe("the API", () => {
  it("describes every address in OpenAPI 3.1", async () => {
    const answer: unknown = await (await fetch(`${fleet.http}/api/openapi.json`)).json();
    expect(answer).toMatchObject({ openapi: "3.1.0" });
    const document = JSON.stringify(answer);
    for (const path of [
      "/api/gateways/{gateway}/devices",
      "/api/points/{gateway}/{device}/{point}/history",
      "/api/alarms/{alarm}/acknowledge",
      "/api/commands",
      "/api/live",
    ]) {
      expect(document).toContain(`"${path}"`);
    }
  });

  it("refuses with a code: unknown things, wrong shapes, too much, foreign pages", async () => {
    expect(await problemAt("/api/nothing")).toEqual({ status: 404, code: "api/not-found" });
    expect(await problemAt("/api/gateways/nobody")).toEqual({ status: 404, code: "gateway/unknown" });
    expect(await problemAt("/api/devices/nobody/none/points")).toEqual({ status: 404, code: "device/unknown" });
    expect(await problemAt("/api/points/a/b/c/history?fromMs=0&toMs=1")).toEqual({
      status: 404,
      code: "point/unknown",
    });
    expect(await problemAt("/api/points/a/b/c/history?fromMs=1&toMs=1")).toEqual({
      status: 400,
      code: "api/bad-request",
    });
    expect(await problemAt("/api/points/a/b/c/history?from=0&to=1")).toEqual({ status: 400, code: "api/bad-request" });
    expect(await problemAt(`/api/alarms/${hex128()}`)).toEqual({ status: 404, code: "alarm/unknown" });
    expect(await problemAt("/api/alarms?state=odd")).toEqual({ status: 400, code: "api/bad-request" });
    expect(await problemAt(`/api/commands/${hex128()}`)).toEqual({ status: 404, code: "command/unknown" });
    expect(await problemAt("/api/commands", json("{half"))).toEqual({ status: 400, code: "api/bad-request" });
    expect(await problemAt("/api/commands", json(`"${"x".repeat(70_000)}"`))).toEqual({
      status: 413,
      code: "api/too-large",
    });
    const form = { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" };
    expect(await problemAt("/api/commands", form)).toEqual({ status: 400, code: "api/bad-request" });
    const foreign = {
      ...json("{}"),
      headers: { "content-type": "application/json", origin: "http://elsewhere.example" },
    };
    expect(await problemAt("/api/commands", foreign)).toEqual({ status: 403, code: "api/cross-origin" });
    expect(await problemAt("/api/demo/pump-station/storm", { method: "POST" })).toEqual({
      status: 404,
      code: "demo/unavailable",
    });
  });

  it("goes on after foreign bytes on its port", async () => {
    const socket = connect(Number(new URL(fleet.http).port), "127.0.0.1");
    socket.end(Buffer.from([0x16, 3, 1, 0, 255, 10, 13, 0]));
    socket.resume();
    await once(socket, "close");
    expect(await ask(schemas.health, "/api/health")).toMatchObject({ state: "ok", database: "ok", broker: "ok" });
    expect(await (await fetch(`${fleet.http}/metrics`)).text()).toContain("outpost_ingest_rows_total");
  });

  it("slows one address down that asks too much", async () => {
    await using other = await openTestFleet(await server.createDatabase());
    const codes = new Set<number>();
    // What an address may ask comes back with time: a slow machine must ask for longer.
    for (let round = 0; round < 20 && !codes.has(429); round += 1) {
      const asked = Array.from({ length: 600 }, async () => (await fetch(`${other.http}/api/demo`)).status);
      for (const code of await Promise.all(asked)) codes.add(code);
    }
    expect(codes).toEqual(new Set([200, 429]));
  });

  it("serves the console for every page, with a policy that lets nothing in from elsewhere", async () => {
    const consoleDir = await mkdtemp(join(tmpdir(), "outpost-console-"));
    await mkdir(join(consoleDir, "assets"));
    await writeFile(join(consoleDir, "index.html"), "<!doctype html><title>console</title>");
    await writeFile(join(consoleDir, "assets", "app-123.js"), "0;");
    {
      await using other = await openTestFleet(await server.createDatabase(), { consoleDir });
      for (const path of ["/", "/alarms/some-id"]) {
        const page = await fetch(other.http + path, { headers: { accept: "text/html" } });
        expect(await page.text()).toContain("console");
        expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
        expect(page.headers.get("cache-control")).toBe("no-cache");
      }
      const asset = await fetch(`${other.http}/assets/app-123.js`);
      expect(asset.headers.get("cache-control")).toContain("immutable");
      expect((await fetch(`${other.http}/../package.json`)).status).toBe(404);
    }
    await rm(consoleDir, { recursive: true });
  });
});
