import { silentLog } from "@outpost/kernel/log.ts";
import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import type { Pool } from "pg";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openEmbeddedBroker } from "../broker/embedded-broker.ts";
import { until } from "../broker/testing/until.ts";
import { openPool } from "../store/database.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import { DEFAULT_LIMITS, openIngest, type IngestLimits } from "./ingest.ts";
import { createIngestMetrics } from "./metrics.ts";
import { hex128, TestGateway } from "./testing/gateway.ts";
import {
  alarm,
  alarmRow,
  measurementRow,
  occurrenceRow,
  RECORDED_FROM_MS,
  resultRow,
  statusRow,
  voidRow,
} from "./testing/rows.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

interface Rig extends AsyncDisposable {
  readonly pool: Pool;
  readonly mqtt: string;
  /** Kind, sequence and body of what the fleet holds of a gateway, in the gateway's own order. */
  held(gatewayId: string): Promise<readonly { stream: Stream; sequence: number; kind: string; body: unknown }[]>;
}

async function openRig(limits: IngestLimits = DEFAULT_LIMITS): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const pool = openPool({ url, name: "test", maxConnections: 10, statementTimeoutMs: 30_000 }, silentLog);
  stack.defer(async () => await pool.end());
  const ingest = stack.use(openIngest({ pool, metrics: createIngestMetrics(new Registry()), log: silentLog, limits }));
  const broker = stack.use(
    await openEmbeddedBroker({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 100,
      log: silentLog,
      onUplink: ingest.onUplink,
    }),
  );
  const opened = stack.move();
  return {
    pool,
    mqtt: broker.url,
    held: async (gatewayId) => {
      const { rows } = await pool.query(
        `select stream, sequence::int, kind, body from record_place where gateway_id = $1 order by ordinal, stream, sequence`,
        [gatewayId],
      );
      return rows;
    },
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

const epoch = hex128();

describe("batches", () => {
  it("of every kind become rows, and are acknowledged after that", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    await gateway.hello([epoch]);
    const batches: [Stream, BatchRow[]][] = [
      ["measurement", [measurementRow(1, 1.5), measurementRow(2, null)]],
      ["occurrence", [occurrenceRow(1, { by: '门 \\ "quoted" \t tab' }), statusRow(2, "fault")]],
      ["alarm", [alarmRow(1, hex128(), 1)]],
      ["result", [resultRow(1, hex128())]],
      ["evidence", [voidRow(1, 9)]],
    ];
    for (const [stream, rows] of batches) {
      const through = stream === "evidence" ? 9 : rows.length;
      expect(await gateway.deliver(epoch, stream, rows)).toEqual({
        v: 1,
        epoch,
        stream,
        intervals: [[1, through]],
        conflicts: [],
      });
    }
    const held = await rig.held("gw-1");
    expect(held.map(({ stream, sequence, kind }) => `${stream} ${sequence} ${kind}`)).toEqual([
      "alarm 1 record",
      "evidence 1 void",
      "measurement 1 record",
      "measurement 2 record",
      "occurrence 1 record",
      "occurrence 2 record",
      "result 1 record",
    ]);
    expect(held[2]?.body).toEqual({ pointId: "level", value: 1.5 });
    expect(held[4]?.body).toMatchObject({ details: { by: '门 \\ "quoted" \t tab' } });
  });

  it("sent again, overlapping and out of order leave every row once", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    const rows = Array.from({ length: 30 }, (_, index) => occurrenceRow(index + 1, { n: index + 1 }));
    for (const [from, end] of [
      [10, 20],
      [0, 12],
      [15, 30],
      [0, 30],
      [9, 11],
    ] as const) {
      const answer = await gateway.deliver(epoch, "occurrence", rows.slice(from, end));
      expect(answer).toMatchObject({ intervals: [[from + 1, end]], conflicts: [] });
    }
    const held = await rig.held("gw-1");
    expect(held.map(({ sequence }) => sequence)).toEqual(rows.map(({ sequence }) => sequence));
    expect((await gateway.hello([epoch])).held).toEqual([{ epoch, stream: "occurrence", intervals: [[1, 30]] }]);
  });

  it("with rows that are no records are acknowledged whole, and those rows kept as they came", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    const bodies = [
      "{not json",
      '{"kind":"unheard-of"}',
      measurementRow(1, 1).body,
      occurrenceRow(1, { a: "\0" }).body,
      occurrenceRow(1, { a: "\ud800" }).body,
      '{"kind":"void","throughSequence":2,"count":1,"reason":"thinned"}',
      occurrenceRow(1).body.replace("{", '{"huge":1e999999,'),
    ];
    const poison = bodies.map((body, index) => ({ sequence: index + 10, recordedAtMs: RECORDED_FROM_MS, body }));
    const rows = [
      occurrenceRow(1, { good: true }),
      ...poison,
      { ...occurrenceRow(17), recordedAtMs: -1 },
      occurrenceRow(18),
    ];
    const answer = await gateway.deliver(epoch, "occurrence", rows);
    expect(answer).toMatchObject({
      intervals: [
        [1, 1],
        [10, 18],
      ],
      conflicts: [],
    });
    const held = await rig.held("gw-1");
    expect(held.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual([
      "1 record",
      ...[10, 11, 12, 13, 14, 15, 16, 17].map((sequence) => `${sequence} quarantined`),
      "18 record",
    ]);
    const { rows: raw } = await rig.pool.query<{ raw: Buffer }>("select raw from quarantine order by sequence");
    expect(raw.slice(0, 7).map((one) => one.raw.toString())).toEqual(bodies);
  });

  it("that are none at all are kept, the newest twenty, and hold nobody up", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    for (let count = 0; count < 23; count += 1) await gateway.send("batch", Buffer.from(`garbage ${count}`));
    await gateway.deliver(epoch, "occurrence", [occurrenceRow(1)]);
    const { rows } = await rig.pool.query<{ raw: Buffer }>("select raw from quarantine order by quarantine_no");
    expect(rows.map(({ raw }) => raw.toString())).toEqual(
      Array.from({ length: 20 }, (_, index) => `garbage ${index + 3}`),
    );
  });

  it("that use a number a second time come back as conflicts, rows and void ranges alike", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    await gateway.deliver(epoch, "occurrence", [occurrenceRow(1), occurrenceRow(2), voidRow(3, 5), occurrenceRow(6)]);
    const other = RECORDED_FROM_MS + 1_000_000;
    const again = [
      occurrenceRow(1),
      occurrenceRow(2, {}, other),
      occurrenceRow(4),
      voidRow(5, 5),
      occurrenceRow(6, {}, other),
      occurrenceRow(7),
    ];
    const answer = await gateway.deliver(epoch, "occurrence", again);
    expect(answer).toMatchObject({
      intervals: [
        [1, 1],
        [5, 5],
        [7, 7],
      ],
      conflicts: [2, 4, 6],
    });
    expect((await rig.held("gw-1")).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 6, 7]);
  });

  it("recorded in 1970, in the year 9999 and on days without a partition are stored, and known when they come again", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    const times = [
      0,
      8_640_000_000_000_000,
      Date.UTC(9999, 1, 1),
      Date.now() - 90 * 86_400_000,
      Date.now() + 86_400_000 * 3,
    ];
    const rows = times.map((timeMs, index) => measurementRow(index + 1, index, "level", timeMs));
    for (const _ of [1, 2]) {
      expect(await gateway.deliver(epoch, "measurement", rows)).toMatchObject({ intervals: [[1, 5]], conflicts: [] });
    }
    const { rows: found } = await rig.pool.query("select count(*)::int as count from measurement");
    expect(found).toEqual([{ count: 5 }]);
  });

  it("beyond the budget are turned away with `busy`, of one gateway before the others are touched", async () => {
    await using rig = await openRig({ ...DEFAULT_LIMITS, maxGatewayBytes: 1 });
    await using greedy = await TestGateway.connect(rig.mqtt, "gw-1");
    await using modest = await TestGateway.connect(rig.mqtt, "gw-2");
    const rows = Array.from({ length: 500 }, (_, index) => occurrenceRow(index + 1, { filler: "x".repeat(500) }));
    await Promise.all(Array.from({ length: 10 }, async () => await greedy.batch(epoch, "occurrence", rows)));
    await modest.deliver(epoch, "occurrence", [occurrenceRow(1)]);
    await until(
      () => (greedy.busyCount + greedy.received.length === 10 ? true : undefined),
      "every batch was answered",
    );
    expect(greedy.busyCount).toBeGreaterThan(0);
    expect(await rig.held("gw-1")).toHaveLength(500);
  });
});

describe("points", () => {
  it("keep their newest value whatever comes later from the backlog or an older epoch", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    const [older, newer] = [hex128(), hex128()];
    await gateway.hello([older, newer]);
    const latest = async (): Promise<unknown> => (await rig.pool.query("select value, bad_reason from point")).rows;
    await gateway.deliver(older, "measurement", [measurementRow(1, 1)]);
    await gateway.deliver(newer, "measurement", [measurementRow(50, 5)]);
    await gateway.deliver(newer, "measurement", [measurementRow(7, 7), measurementRow(8, 8)], true);
    await gateway.deliver(older, "measurement", [measurementRow(1_000, 9)], true);
    expect(await latest()).toEqual([{ value: 5, bad_reason: null }]);
    await gateway.deliver(newer, "measurement", [measurementRow(51, null)]);
    expect(await latest()).toEqual([{ value: null, bad_reason: "timeout" }]);
  });
});

describe("alarms", () => {
  it("stand at their highest version, notice before record, repeated or not, and never by another gateway's word", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    await using liar = await TestGateway.connect(rig.mqtt, "gw-2");
    const id = hex128();
    const version = async (): Promise<number | undefined> =>
      (await rig.pool.query<{ version: number }>("select version from alarm where occurrence_id = $1", [id])).rows[0]
        ?.version;
    await gateway.send("notice", { v: 1, alarm: alarm(id, 2, "active-acknowledged") });
    await until(async () => ((await version()) === 2 ? true : undefined), "the notice arrived");
    await gateway.deliver(epoch, "alarm", [alarmRow(1, id, 1), alarmRow(2, id, 2, "active-acknowledged")]);
    await liar.deliver(hex128(), "alarm", [alarmRow(1, id, 99, "normal")]);
    expect(await version()).toBe(2);
    await gateway.deliver(epoch, "alarm", [alarmRow(3, id, 4, "normal"), alarmRow(4, id, 3)]);
    expect(await version()).toBe(4);
  });
});

describe("sessions", () => {
  it("make a gateway online, and a last will of an older session does not undo that", async () => {
    await using rig = await openRig();
    await using gateway = await TestGateway.connect(rig.mqtt, "gw-1");
    await gateway.hello([epoch]);
    const state = async (): Promise<string | undefined> =>
      (await rig.pool.query<{ state: string }>("select state from gateway")).rows[0]?.state;
    expect(await state()).toBe("online");
    await gateway.send("presence", { v: 1, session: hex128(), state: "offline" });
    await gateway.hello([epoch]);
    expect(await state()).toBe("online");
    await gateway.send("presence", { v: 1, session: gateway.session, state: "offline" });
    await until(async () => ((await state()) === "offline" ? true : undefined), "the gateway went offline");
  });
});
