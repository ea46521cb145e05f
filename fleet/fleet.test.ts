import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { alarmPage, health, liveEvents } from "./api/schemas.ts";
import { openTestFleet } from "./api/testing/fleet.ts";
import { LiveReader } from "./api/testing/live-reader.ts";
import { startMosquitto } from "./broker/testing/mosquitto.ts";
import { until } from "./broker/testing/until.ts";
import { hex128, TestGateway } from "./ingest/testing/gateway.ts";
import { alarm, measurementRow, occurrenceRow } from "./ingest/testing/rows.ts";
import { openPool } from "./store/database.ts";
import { startTestPostgres, type TestPostgres } from "./store/testing/postgres.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

let server: TestPostgres;
let stateDir = "";
beforeAll(async () => {
  server = await startTestPostgres();
  stateDir = await mkdtemp(join(tmpdir(), "outpost fleet-"));
  await chmod(stateDir, 0o755);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(stateDir, { recursive: true, force: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, DATABASE_URL: "", MQTT_URL: "", OUTPOST_DEMO_CONTROL_URL: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: unknown; out: string; error: string }> {
  const child = start(args, env);
  if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
  const [out, error, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status, out, error };
}

const readyLine = z.strictObject({ ready: z.literal(true), http: z.url(), mqtt: z.url() });

async function ready(child: ChildProcess): Promise<z.infer<typeof readyLine>> {
  if (child.stdout === null) throw new Error("no pipe");
  const [line] = await once(child.stdout, "data");
  return readyLine.parse(JSON.parse(String(line)));
}

const ON_FREE_PORTS = ["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--log-level", "error"];

describe("the fleet's command line", () => {
  it("explains itself, and refuses in one line what it does not understand", async () => {
    const help = await runToEnd(["--help"]);
    expect(help.status).toBe(0);
    for (const word of ["--state", "--http", "--mqtt", "DATABASE_URL", "MQTT_URL"]) expect(help.out).toContain(word);
    for (const args of [
      ["--http", "8080"],
      ["--http", "a:99999"],
      ["--keep-measurements", "0"],
      ["--what"],
      ["extra"],
    ]) {
      const refused = await runToEnd(args);
      expect(refused.status).toBe(1);
      expect(refused.error.trim().split("\n")).toHaveLength(1);
    }
  });

  it("says in one line which server it cannot reach, without passwords", async () => {
    const port = await freePort();
    const databaseUrl = `postgres://outpost:secret@127.0.0.1:${port}/outpost`;
    const noDatabase = await runToEnd(ON_FREE_PORTS, { DATABASE_URL: databaseUrl });
    const databaseHere = await server.createDatabase();
    const mqttUrl = `mqtt://outpost:secret@127.0.0.1:${port}`;
    const noBroker = await runToEnd(ON_FREE_PORTS, { DATABASE_URL: databaseHere, MQTT_URL: mqttUrl });
    for (const { status, error, out } of [noDatabase, noBroker]) {
      expect(status).toBe(1);
      expect(error.trim().split("\n")).toHaveLength(1);
      expect(error).toMatch(/^fleet: .+/);
      expect(error + out).not.toContain("secret");
    }
  });
});

describe("a fleet process", () => {
  it("killed and started again still holds what it acknowledged, and stops cleanly when told to", async () => {
    const args = ["--state", join(stateDir, "fleet"), ...ON_FREE_PORTS];
    const epoch = hex128();
    const first = start(args);
    const address = await ready(first);
    expect(address.ready).toBe(true);
    await using gateway = await TestGateway.connect(address.mqtt, "gw-1");
    await gateway.deliver(epoch, "occurrence", [occurrenceRow(1), occurrenceRow(2)]);
    const killed = once(first, "exit");
    first.kill("SIGKILL");
    await killed;

    const second = start(args);
    const again = await ready(second);
    expect(health.parse(await (await fetch(`${again.http}/api/health`)).json()).state).toBe("ok");
    await using back = await TestGateway.connect(again.mqtt, "gw-1");
    expect((await back.hello([epoch])).held).toEqual([{ epoch, stream: "occurrence", intervals: [[1, 2]] }]);
    const ended = once(second, "exit");
    second.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("refuses a state folder that another one works on, and a port that is taken", async () => {
    const args = ["--state", join(stateDir, "fleet"), ...ON_FREE_PORTS];
    const first = start(args);
    const { http, mqtt } = await ready(first);
    const same = await runToEnd(args);
    expect(same).toMatchObject({ status: 1, out: "" });
    expect(same.error.trim().split("\n")).toHaveLength(1);
    const taken = await runToEnd(["--http", new URL(http).host, "--mqtt", "127.0.0.1:0", "--log-level", "error"], {
      DATABASE_URL: await server.createDatabase(),
    });
    expect(taken.status).toBe(1);
    expect(taken.error).toMatch(/^fleet: cannot listen on .+ for HTTP: EADDRINUSE\n$/);
    const takenToo = await runToEnd(["--http", "127.0.0.1:0", "--mqtt", new URL(mqtt).host, "--log-level", "error"], {
      DATABASE_URL: await server.createDatabase(),
    });
    expect(takenToo.status).toBe(1);
    expect(takenToo.error).toMatch(/^fleet: cannot listen on .+EADDRINUSE.+\n$/);
    const ended = once(first, "exit");
    first.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });
});

describe("a fleet whose database goes away", () => {
  it("takes what comes, answers nothing it has not stored, and stores it all when the database is back", async () => {
    const databaseUrl = await server.createDatabase();
    await using fleet = await openTestFleet(databaseUrl);
    await using gateway = await TestGateway.connect(fleet.mqtt, "gw-1");
    const epoch = hex128();
    await gateway.deliver(epoch, "occurrence", [occurrenceRow(1)]);
    const name = new URL(databaseUrl).pathname.slice(1);
    const admin = openPool(
      { url: databaseUrl.replace(name, "postgres"), name: "test", maxConnections: 1, statementTimeoutMs: 0 },
      silentLog,
    );
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    for (let sequence = 2; sequence <= 5; sequence += 1)
      await gateway.batch(epoch, "occurrence", [occurrenceRow(sequence)]);
    const sick = await until(async () => {
      const answer = await fetch(`${fleet.http}/api/health`);
      return answer.status === 503 ? health.parse(await answer.json()) : undefined;
    }, "the fleet said that it was not well");
    expect(sick.database).toBe("unreachable");
    const refused = await fetch(`${fleet.http}/api/gateways`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "api/unavailable" }]);
    expect(gateway.received).toHaveLength(1);
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    await until(() => (gateway.received.length === 5 ? true : undefined), "all batches were answered");
    expect((await gateway.hello([epoch])).held).toEqual([{ epoch, stream: "occurrence", intervals: [[1, 5]] }]);
  });
});

describe.skipIf(missingPeer(MOSQUITTO) !== undefined)("two fleet processes that share a broker and a database", () => {
  it("take every record once between them, and what one writes the other's desk shows at once", async () => {
    const port = await freePort();
    await using broker = await startMosquitto(port);
    expect(broker).toBeDefined();
    const databaseUrl = await server.createDatabase();
    const shape = { mqttUrl: `mqtt://127.0.0.1:${port}`, share: "fleet" };
    await using one = await openTestFleet(databaseUrl, shape);
    await using other = await openTestFleet(databaseUrl, shape);
    await using atOne = await LiveReader.open(one.http);
    await using atOther = await LiveReader.open(other.http);
    await using gateway = await TestGateway.connect(one.mqtt, "gw-1");
    const epoch = hex128();
    await gateway.hello([epoch]);

    for (let batch = 0; batch < 40; batch += 1) {
      const rows = Array.from({ length: 25 }, (_, index) => measurementRow(batch * 25 + index + 1, batch));
      await gateway.batch(epoch, "measurement", rows);
    }
    await until(() => (gateway.received.length === 40 ? true : undefined), "all batches were answered");
    expect((await gateway.hello([epoch])).held).toEqual([{ epoch, stream: "measurement", intervals: [[1, 1_000]] }]);
    const pool = openPool({ url: databaseUrl, name: "test", maxConnections: 1, statementTimeoutMs: 0 }, silentLog);
    expect((await pool.query("select count(*)::int as count from measurement")).rows).toEqual([{ count: 1_000 }]);
    await pool.end();
    for (const live of [atOne, atOther]) {
      await live.find(liveEvents.points, (points) => points.some(({ id, value }) => id === "level" && value === 39));
    }

    const id = hex128();
    await gateway.send("notice", { v: 1, alarm: alarm(id, 1) });
    for (const live of [atOne, atOther]) await live.find(liveEvents.alarm, (raised) => raised.id === id);
    for (const { http } of [one, other]) {
      expect(
        alarmPage.parse(await (await fetch(`${http}/api/alarms`)).json()).alarms.map((raised) => raised.id),
      ).toEqual([id]);
    }
    const body = JSON.stringify({ expectedVersion: 1, actor: "wang" });
    for (const { http } of [one, other]) {
      await fetch(`${http}/api/alarms/${id}/acknowledge`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    }
    await until(() => (gateway.commands.length === 2 ? true : undefined), "an order of each desk arrived");
    expect(new Set(gateway.commands.map(({ session }) => session))).toEqual(new Set([gateway.session]));
  });
});
