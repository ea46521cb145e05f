import { silentLog } from "@outpost/kernel/log.ts";
import { encodeBatch, type BatchRow } from "@outpost/wire/batch.ts";
import { uplinkTopic } from "@outpost/wire/topics.ts";
import type { Pool } from "pg";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { until } from "../broker/testing/until.ts";
import { SeededRandom } from "../e2e/seeded-random.ts";
import { openIngest, type Ingest } from "../ingest/ingest.ts";
import { createIngestMetrics } from "../ingest/metrics.ts";
import { hex128 } from "../ingest/testing/gateway.ts";
import { occurrenceRow } from "../ingest/testing/rows.ts";
import { openPool } from "../store/database.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import { chargingRow, records } from "./testing/records.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

interface Rig extends AsyncDisposable {
  readonly pool: Pool;
  /** Two fleet processes over one database. */
  readonly processes: readonly Ingest[];
  send(to: number, epoch: string, rows: readonly BatchRow[]): void;
  /** Waits until everything sent is committed. */
  settled(): Promise<void>;
}

async function openRig(): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const url = await server.createDatabase();
  const pool = openPool({ url, name: "test", maxConnections: 12, statementTimeoutMs: 30_000 }, silentLog);
  stack.defer(async () => await pool.end());
  const processes = [1, 2].map(() =>
    stack.use(openIngest({ pool, metrics: createIngestMetrics(new Registry()), log: silentLog })),
  );
  let sent = 0;
  let answered = 0;
  const reply = async (): Promise<void> => {
    answered += 1;
  };
  const opened = stack.move();
  return {
    pool,
    processes,
    send: (to, epoch, rows) => {
      sent += 1;
      const header = { session: hex128(), epoch, stream: "occurrence", isReplay: false } as const;
      processes[to % 2]?.onUplink(uplinkTopic("gw-1", "batch"), encodeBatch(header, rows), reply);
    },
    settled: async () => {
      await until(() => (answered === sent ? true : undefined), "every batch was answered");
    },
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

async function shownIn(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select device_id, transaction, status, connector, id_tag, energy_wh, meter_last_wh, hole_count, duplicate_count,
            is_offline, reconciled, (extract(epoch from stopped_at - started_at) / 60)::float8 as minutes
       from charging_transaction join device using (device_no) order by device_id, transaction`,
  );
  return rows;
}

const { started, refused, updated, ended, unended, reconciled, unmatched, duplicate } = records;

describe("charging transactions", () => {
  it("stand in the database with the records they are joined from, and nothing else makes one", async () => {
    await using rig = await openRig();
    rig.send(0, hex128(), [
      occurrenceRow(1),
      chargingRow(2, "pile-1", started("1")),
      chargingRow(3, "pile-1", updated("1", 10)),
      chargingRow(4, "pile-1", ended("1", 20)),
      chargingRow(5, "pile-2", started("1", 0, { connector: 2, isOffline: true })),
      chargingRow(6, "pile-2", refused("2", 3)),
      chargingRow(7, "pile-2", unended("1", 5)),
      chargingRow(8, "pile-2", unmatched("3", 6)),
      chargingRow(9, "pile-2", duplicate("4", 6)),
    ]);
    await rig.settled();
    expect(await shownIn(rig.pool)).toMatchObject([
      { device_id: "pile-1", transaction: "1", status: "ended", energy_wh: 2_400, minutes: 20, hole_count: 0 },
      { device_id: "pile-2", transaction: "1", status: "unended", connector: 2, energy_wh: 600, is_offline: true },
      { device_id: "pile-2", transaction: "2", status: "refused", id_tag: "****0000" },
      { device_id: "pile-2", transaction: "3", status: "unmatched", energy_wh: null, reconciled: "unmatched" },
      { device_id: "pile-2", transaction: "4", status: null, duplicate_count: 1 },
    ]);
    expect((await rig.pool.query("select from occurrence")).rowCount).toBe(9);
  });

  it("come to the same however their records are cut, repeated, shuffled and spread over epochs and processes", async () => {
    const random = new SeededRandom(process.env["OUTPOST_TEST_SEED"] ?? hex128());
    console.info(`charging: OUTPOST_TEST_SEED=${random.seed}`);
    const said = ["1", "2", "3"].flatMap((transaction) => [
      started(transaction),
      ...[5, 10, 15, 45, 60, 62].map((minute) => updated(transaction, minute)),
      ended(transaction, 70),
      reconciled(transaction, 70),
      duplicate(transaction, 71),
      duplicate(transaction, 72),
    ]);
    const devices = ["pile-1", "pile-2"];
    const rows = devices.flatMap((device) => said.map((record) => [device, record] as const));
    // The gateway's journal was lost half way: what follows is of another epoch, and numbered from 1 again.
    const epochs = [hex128(), hex128()] as const;
    const half = rows.length / 2;
    const places = rows.map(([device, record], index) => ({
      epoch: index < half ? epochs[0] : epochs[1],
      row: chargingRow((index % half) + 1, device, record),
    }));
    await using rig = await openRig();
    for (let count = 0; count < 120; count += 1) {
      const epoch = random.pick(epochs);
      const ofEpoch = places.filter((one) => one.epoch === epoch).map(({ row }) => row);
      const from = Math.floor(random.next() * ofEpoch.length);
      const piece = ofEpoch.slice(from, from + 1 + Math.floor(random.next() * 12));
      rig.send(
        Math.floor(random.next() * 2),
        epoch,
        piece.toSorted(() => random.next() - 0.5),
      );
    }
    for (const epoch of epochs) {
      rig.send(
        0,
        epoch,
        places.filter((one) => one.epoch === epoch).map(({ row }) => row),
      );
    }
    await rig.settled();
    const expected = devices.flatMap((device) =>
      ["1", "2", "3"].map((transaction) => ({
        device_id: device,
        transaction,
        status: "ended",
        connector: 1,
        id_tag: "****7788",
        energy_wh: 8_400,
        meter_last_wh: 1_000 + 62 * 120,
        hole_count: 1,
        duplicate_count: 2,
        is_offline: false,
        reconciled: "connector-time-meter",
        minutes: 70,
      })),
    );
    expect(await shownIn(rig.pool)).toEqual(expected);
  });

  it("that name hostile things cost neither their batch nor each other", async () => {
    await using rig = await openRig();
    const huge = { connector: 1e300, meterStartWh: 1e308, startedAt: "9999999-99-99", idTag: "=cmd|' /C calc'!A0" };
    rig.send(0, hex128(), [
      chargingRow(1, "pile-1", started("'; drop table charging_transaction; --", 0, huge)),
      chargingRow(2, "pile-1", started("\u{d83d}\u{de00}", 0, { idTag: "x".repeat(8_000) })),
      chargingRow(3, "pile-1", { ...started("3"), details: { transaction: true } }),
      chargingRow(4, "pile-1", started("4")),
    ]);
    await rig.settled();
    expect((await shownIn(rig.pool)).length).toBe(3);
    expect((await rig.pool.query("select from quarantine")).rowCount).toBe(0);
  });
});
