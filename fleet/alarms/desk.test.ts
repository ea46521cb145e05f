import { silentLog } from "@outpost/kernel/log.ts";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";

import { openEmbeddedBroker } from "../broker/embedded-broker.ts";
import { openIngest } from "../ingest/ingest.ts";
import { createIngestMetrics } from "../ingest/metrics.ts";
import { hex128, TestGateway } from "../ingest/testing/gateway.ts";
import { alarm, alarmRow, RECORDED_FROM_MS } from "../ingest/testing/rows.ts";
import { openPool } from "../store/database.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import { listAlarms, readAlarmDetail } from "./desk.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const LI = { zh: "李伟", en: "Li Wei" };
const epoch = hex128();

it("shows who is asked to answer, whom the site told, and what is a test; and nobody once it has ended", async () => {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const pool = openPool({ url, name: "test", maxConnections: 10, statementTimeoutMs: 30_000 }, silentLog);
  stack.defer(async () => await pool.end());
  const ingest = stack.use(openIngest({ pool, metrics: createIngestMetrics(new Registry()), log: silentLog }));
  const { onUplink } = ingest;
  const address = { host: "127.0.0.1", port: 0, maxConnections: 10 };
  const broker = stack.use(await openEmbeddedBroker({ ...address, log: silentLog, onUplink }));
  const gateway = stack.use(await TestGateway.connect(broker.url, "gw-1"));
  await gateway.hello([epoch]);
  const id = hex128();
  const told = (sequence: number, more: object) => ({
    sequence,
    recordedAtMs: RECORDED_FROM_MS + sequence,
    body: JSON.stringify({
      kind: "notification",
      occurrenceId: id,
      version: 1,
      ruleId: "level-high",
      occurredAtMs: RECORDED_FROM_MS + sequence,
      clockConfidence: "plausible",
      ...more,
    }),
  });
  const answerByMs = RECORDED_FROM_MS + 60_000;
  const test = { ...alarm(hex128(), 1), isTest: true, group: "well", isFirstOut: true };
  await gateway.deliver(epoch, "alarm", [
    alarmRow(1, id, 1),
    told(2, { change: "asked", step: 1, round: 1, who: [LI], answerByMs }),
    told(3, { change: "sent", who: [LI], actionId: "sms-li", reference: "8F2C91AB", attempts: 2 }),
    { sequence: 4, recordedAtMs: RECORDED_FROM_MS, body: JSON.stringify(test) },
  ]);
  const query = { state: "open", limit: 10 } as const;
  const { alarms } = await listAlarms(pool, query);
  expect(alarms.find((one) => one.id === id)).toMatchObject({
    version: 1,
    asking: { change: "asked", step: 1, round: 1, who: [LI], answerByMs },
  });
  const marks = { group: "well", isFirstOut: true, isTest: true };
  expect(alarms.find((one) => one.id !== id)).toMatchObject({ marks });
  const detail = await readAlarmDetail(pool, id);
  expect(detail?.steps).toHaveLength(1);
  expect(detail?.notifications).toMatchObject([
    { change: "asked", who: [LI] },
    { change: "sent", reference: "8F2C91AB", attempts: 2 },
  ]);
  await gateway.deliver(epoch, "alarm", [
    told(5, { change: "ended", step: 1, round: 1, note: "acknowledged by wang" }),
  ]);
  expect((await listAlarms(pool, query)).alarms.find((one) => one.id === id)?.asking).toBeUndefined();
});
