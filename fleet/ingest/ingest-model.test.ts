import { silentLog } from "@outpost/kernel/log.ts";
import { encodeBatch, type BatchRow } from "@outpost/wire/batch.ts";
import { received } from "@outpost/wire/downlink.ts";
import { parseMessage } from "@outpost/wire/message.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { parseDownlinkTopic, uplinkTopic } from "@outpost/wire/topics.ts";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";

import { until } from "../broker/testing/until.ts";
import { SeededRandom } from "../e2e/seeded-random.ts";
import { openPool } from "../store/database.ts";
import { startTestPostgres, type TestPostgres } from "../store/testing/postgres.ts";
import { DEFAULT_LIMITS, openIngest, type Ingest } from "./ingest.ts";
import { includes } from "./intervals.ts";
import { createIngestMetrics } from "./metrics.ts";
import { hex128 } from "./testing/gateway.ts";
import { alarmRow, measurementRow, occurrenceRow, RECORDED_FROM_MS } from "./testing/rows.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const STREAMS_USED = ["occurrence", "measurement", "alarm"] as const satisfies readonly Stream[];
const PLACES = 120;
const BATCHES = 300;
const SECOND_LIFE_MS = 5_000_000;

/** One journal's stream: every number has its row, and some have another one that a restored image wrote. */
interface Lane {
  readonly gatewayId: string;
  readonly epoch: string;
  readonly stream: (typeof STREAMS_USED)[number];
  readonly rows: readonly BatchRow[];
  readonly others: ReadonlyMap<number, BatchRow>;
}

function makeLane(random: SeededRandom, stream: Lane["stream"]): Lane {
  const make = (sequence: number, offsetMs: number): BatchRow => {
    const timeMs = RECORDED_FROM_MS + sequence + offsetMs;
    if (stream === "measurement") return measurementRow(sequence, sequence, `point-${sequence % 3}`, timeMs);
    if (stream === "occurrence") return occurrenceRow(sequence, { sequence }, timeMs);
    return { ...alarmRow(sequence, hex128(), 1), recordedAtMs: timeMs };
  };
  const rows = Array.from({ length: PLACES }, (_, index) => {
    const row = make(index + 1, 0);
    return random.next() < 0.03 ? { ...row, body: "{poison" } : row;
  });
  const twice = rows
    .filter(() => random.next() < 0.1)
    .map(({ sequence }) => [sequence, make(sequence, SECOND_LIFE_MS)] as const);
  return { gatewayId: random.pick(["gw-1", "gw-2"]), epoch: hex128(), stream, rows, others: new Map(twice) };
}

/** A batch: a piece of the lane, sometimes with rows left out, moved about, said twice, or of the second life. */
function cutBatch(random: SeededRandom, { rows, others }: Lane): BatchRow[] {
  const from = Math.floor(random.next() * PLACES);
  const piece = rows.slice(from, from + 1 + Math.floor(random.next() * 40));
  const kept = piece.filter(() => random.next() < 0.9);
  const mixed = kept.map((row) => (random.next() < 0.2 ? (others.get(row.sequence) ?? row) : row));
  // The same row of the same life: one batch never says two things of one number.
  if (mixed.length > 0 && random.next() < 0.3) mixed.push(random.pick(mixed));
  if (random.next() < 0.3) mixed.sort(() => random.next() - 0.5);
  return mixed.length === 0 ? [random.pick(rows)] : mixed;
}

function note(into: Map<string, Set<number>>, key: string, recordedAtMs: number): void {
  into.set(key, (into.get(key) ?? new Set()).add(recordedAtMs));
}

const keyOf = (lane: Pick<Lane, "epoch" | "stream">, sequence: number): string =>
  `${lane.epoch}/${lane.stream}/${sequence}`;

it("holds every row exactly once however batches are repeated, overlapped, shuffled, split over two processes and cut off from their answers", async () => {
  const random = new SeededRandom(process.env["OUTPOST_TEST_SEED"] ?? hex128());
  console.info(`ingest model: OUTPOST_TEST_SEED=${random.seed}`);
  await using stack = new AsyncDisposableStack();
  const pool = openPool(
    { url: await server.createDatabase(), name: "model", maxConnections: 12, statementTimeoutMs: 30_000 },
    silentLog,
  );
  stack.defer(async () => await pool.end());
  const limits = { ...DEFAULT_LIMITS, maxQueuedBytes: 200_000 };
  const open = (): Ingest => openIngest({ pool, metrics: createIngestMetrics(new Registry()), log: silentLog, limits });
  const processes = [open(), open()];
  stack.defer(async () => {
    for (const one of processes) await one[Symbol.asyncDispose]();
  });

  const lanes = Array.from({ length: 6 }, (_, index) => makeLane(random, STREAMS_USED[index % 3] ?? "alarm"));
  const sent = new Map<string, Set<number>>();
  const acknowledged = new Map<string, Set<number>>();
  const conflicted = new Map<string, Set<number>>();
  let answered = 0;

  for (let count = 0; count < BATCHES; count += 1) {
    const lane = random.pick(lanes);
    const rows = cutBatch(random, lane);
    const times = new Map(rows.map((row) => [row.sequence, row.recordedAtMs]));
    const reply = async (topic: string, payload: Buffer): Promise<void> => {
      answered += 1;
      if (parseDownlinkTopic(topic)?.kind !== "received") return;
      const { intervals, conflicts } = parseMessage(received, payload);
      for (const [sequence, recordedAtMs] of times) {
        if (conflicts.includes(sequence)) note(conflicted, keyOf(lane, sequence), recordedAtMs);
        else if (includes(intervals, sequence)) note(acknowledged, keyOf(lane, sequence), recordedAtMs);
      }
    };
    for (const row of rows) note(sent, keyOf(lane, row.sequence), row.recordedAtMs);
    const header = { session: hex128(), epoch: lane.epoch, stream: lane.stream, isReplay: random.next() < 0.5 };
    random.pick(processes).onUplink(uplinkTopic(lane.gatewayId, "batch"), encodeBatch(header, rows), reply);
    // Most batches come while others are still being written.
    if (random.next() < 0.1) await until(() => (answered > count ? true : undefined), "all were answered");
    if (random.next() < 0.03) {
      // A process ends: what it had not begun is never answered.
      const index = Math.floor(random.next() * 2);
      await processes[index]?.[Symbol.asyncDispose]();
      processes[index] = open();
      answered = count + 1;
    }
  }
  for (const one of processes.splice(0)) {
    await until(() => (one.queuedBytes === 0 ? true : undefined), "the queue was empty");
    await one[Symbol.asyncDispose]();
  }

  const { rows: held } = await pool.query<{
    epoch: string;
    stream: Lane["stream"];
    sequence: number;
    recorded_at_ms: number;
  }>(
    "select epoch, stream, sequence::int, (extract(epoch from recorded_at) * 1000)::float8 as recorded_at_ms from record_place",
  );
  const times = new Map(held.map((row) => [keyOf(row, row.sequence), row.recorded_at_ms]));
  expect(times.size).toBe(held.length);
  expect(acknowledged.size).toBeGreaterThan(100);
  for (const [key, recordedAtMs] of times) expect(sent.get(key)).toContain(recordedAtMs);
  // What was acknowledged is what we hold; what came back as a conflict is not.
  for (const [key, these] of acknowledged) expect([key, [...these]]).toEqual([key, [times.get(key)]]);
  for (const [key, these] of conflicted) expect([key, these.has(times.get(key) ?? -1)]).toEqual([key, false]);
  const { rows: sums } = await pool.query<{ held: number }>(
    "select sum(upper(one) - lower(one))::int as held from held, unnest(intervals) as one",
  );
  expect(sums).toEqual([{ held: held.length }]);
});
