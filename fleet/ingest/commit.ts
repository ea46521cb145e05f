import { finished } from "node:stream/promises";

import type { Received } from "@outpost/wire/downlink.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import type { Pool, PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";

import { keepTransactions, type DeviceWord } from "../charging/keep-transactions.ts";
import { atomically } from "../store/database.ts";
import { findConflicts } from "./conflicts.ts";
import { COPY_HEADER, COPY_TRAILER, type CopyRows } from "./copy-rows.ts";
import { writeFewRows } from "./few-rows.ts";
import type { PreparedBatch, PreparedGroup, PreparedRow } from "./group.ts";
import { formatMultirange, normalise, parseMultirange, type Intervals } from "./intervals.ts";
import { updateDeviceStates, updatePoints } from "./latest.ts";
import type { Place } from "./place.ts";
import { sift } from "./sift.ts";

/** What the fleet now holds of one batch, and what stands against it. */
export interface Answer {
  readonly intervals: Intervals;
  readonly conflicts: Received["conflicts"];
}

/** What a commit changed that somebody may be looking at. */
export interface Committed {
  /** One for each batch of the group, in order. */
  readonly answers: readonly Answer[];
  /** Rows that were new, and how many of them went to quarantine. */
  readonly rowCount: number;
  readonly quarantinedCount: number;
  /** Points with a newer value, and devices with another state. */
  readonly points: readonly number[];
  readonly devices: readonly number[];
}

const COPY_MEASUREMENTS = `copy measurement (recorded_at, occurred_at, sequence, epoch_no, point_no, value,
  clock_confidence, unit, bad_reason) from stdin (format binary)`;
const COPY_OCCURRENCES = `copy occurrence (recorded_at, occurred_at, sequence, epoch_no, device_no, body)
  from stdin (format binary)`;

/**
 * Writes a group in one transaction: locks what is held, leaves out what is held already, copies the rest, joins what
 * it says of charging transactions with what is known, adds it to what is held. After the commit every row of the group
 * is in the database exactly once.
 *
 * @throws the database's error; then nothing of the group was kept.
 */
export async function commitGroup(pool: Pool, group: PreparedGroup): Promise<Committed> {
  return await atomically(pool, async (client) => {
    const places = await siftPlaces(client, group.batches);
    const fresh = places.flatMap((place) => place.fresh);
    await copyFresh(client, COPY_MEASUREMENTS, group.measurements, runsOf(fresh, "measurement"));
    await copyFresh(client, COPY_OCCURRENCES, group.occurrences, runsOf(fresh, "occurrence"));
    await writeFewRows(client, places);
    await keepTransactions(client, chargingWords(fresh));
    await addHeld(client, places);
    const conflicting = new Set<PreparedRow>();
    for (const place of places) for (const row of await findConflicts(client, place)) conflicting.add(row);
    return {
      answers: group.batches.map((batch) => answerFor(batch, conflicting)),
      rowCount: fresh.length,
      quarantinedCount: fresh.reduce((count, { content }) => count + (content.kind === "poison" ? 1 : 0), 0),
      points: await updatePoints(client, places),
      devices: await updateDeviceStates(client, places),
    };
  });
}

function keyOf({ epochNo, stream }: { epochNo: number; stream: Stream }): string {
  return `${epochNo}/${stream}`;
}

/** Locks what is held of each stream touched, in an order all processes keep: they may wait, but never in a circle. */
async function siftPlaces(client: PoolClient, batches: readonly PreparedBatch[]): Promise<Place[]> {
  const byPlace = Map.groupBy(batches, keyOf);
  const firsts = [...byPlace.values()].flatMap((some) => some.slice(0, 1));
  const { rows } = await client.query<{ epoch_no: number; stream: Stream; intervals: string }>(
    `select epoch_no, stream, intervals::text from held
      where (epoch_no, stream) in (select * from unnest($1::int[], $2::text[]))
      order by epoch_no, stream for update`,
    [firsts.map(({ epochNo }) => epochNo), firsts.map(({ stream }) => stream)],
  );
  return rows.map((row) => {
    const ofPlace = byPlace.get(keyOf({ epochNo: row.epoch_no, stream: row.stream })) ?? [];
    const sifted = sift(
      parseMultirange(row.intervals),
      ofPlace.flatMap((batch) => batch.rows),
    );
    const { gatewayNo = 0, ordinal = 0 } = ofPlace[0] ?? {};
    return { ...sifted, gatewayNo, epochNo: row.epoch_no, ordinal, stream: row.stream, batches: ofPlace };
  });
}

/** The pieces of the group's COPY bytes that hold these rows of one table; neighbours are one piece. */
function runsOf(rows: readonly PreparedRow[], kind: "measurement" | "occurrence"): [number, number][] {
  const runs: [number, number][] = [];
  for (const { content } of rows) {
    if (content.kind !== kind) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === content.start) last[1] = content.end;
    else runs.push([content.start, content.end]);
  }
  return runs;
}

async function copyFresh(
  client: PoolClient,
  sql: string,
  bytes: CopyRows,
  runs: readonly (readonly [number, number])[],
): Promise<void> {
  if (runs.length === 0) return;
  const copy = client.query(copyFrom(sql));
  copy.write(COPY_HEADER);
  for (const [start, end] of runs) copy.write(bytes.slice(start, end));
  copy.end(COPY_TRAILER);
  await finished(copy);
}

/** What the new rows say of charging transactions. */
function chargingWords(rows: readonly PreparedRow[]): readonly DeviceWord[] {
  const words: DeviceWord[] = [];
  for (const { content } of rows) {
    if (content.kind !== "occurrence" || content.charging === undefined) continue;
    words.push({ deviceNo: content.deviceNo, word: content.charging });
  }
  return words;
}

async function addHeld(client: PoolClient, places: readonly Place[]): Promise<void> {
  const changed = places.filter((place) => place.added.length > 0);
  if (changed.length === 0) return;
  await client.query(
    `update held set intervals = intervals + added::int8multirange
       from unnest($1::int[], $2::text[], $3::text[]) as new (epoch, name, added)
      where epoch_no = epoch and stream = name`,
    [
      changed.map((place) => place.epochNo),
      changed.map((place) => place.stream),
      changed.map((place) => formatMultirange(place.added)),
    ],
  );
}

function answerFor(batch: PreparedBatch, conflicting: ReadonlySet<PreparedRow>): Answer {
  const held = batch.rows.filter((row) => !conflicting.has(row));
  return {
    intervals: normalise(held.map((row) => [row.sequence, row.through])),
    conflicts: batch.rows.filter((row) => conflicting.has(row)).map((row) => row.sequence),
  };
}
