import type { PoolClient } from "pg";

import { keepNewestAlarms } from "../alarms/alarm-rows.ts";
import { announce } from "../store/changes.ts";
import { instantText, sqlInstant } from "../store/columns.ts";
import type { Content, PreparedRow } from "./group.ts";
import type { Place } from "./place.ts";

type Kind = "alarm" | "result" | "void" | "poison";
/** A row of one of the small tables, with where it belongs. */
type FewRow<K extends Kind> = Omit<PreparedRow, "content"> & {
  readonly content: Extract<Content, { kind: K }>;
  readonly place: Place;
};

/** Writes the new rows that are few: alarm steps and how the alarms now stand, results, void ranges, quarantine. */
export async function writeFewRows(client: PoolClient, places: readonly Place[]): Promise<void> {
  await writeAlarms(client, rowsOf(places, "alarm"));
  await writeResults(client, rowsOf(places, "result"));
  await writeVoids(client, rowsOf(places, "void"));
  await writeQuarantine(client, rowsOf(places, "poison"));
}

function rowsOf<K extends Kind>(places: readonly Place[], kind: K): FewRow<K>[] {
  return places.flatMap((place) =>
    place.fresh.flatMap((row) => {
      const { content } = row;
      return isOf(content, kind) ? [{ ...row, content, place }] : [];
    }),
  );
}

function isOf<K extends Kind>(content: Content, kind: K): content is Extract<Content, { kind: K }> {
  return content.kind === kind;
}

async function writeAlarms(client: PoolClient, rows: readonly FewRow<"alarm">[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into alarm_step (epoch_no, sequence, recorded_at, occurrence_id, version, body)
     select epoch, number, ${sqlInstant("time")}, body ->> 'occurrenceId', (body ->> 'version')::int, body
       from unnest($1::int[], $2::bigint[], $3::text[], $4::jsonb[]) as new (epoch, number, time, body)`,
    [...placeColumns(rows), rows.map((row) => row.content.body)],
  );
  const versions = rows.flatMap(({ place: { gatewayNo }, content: { record } }) =>
    record.kind === "alarm" ? [{ gatewayNo, record }] : [],
  );
  const changed = await keepNewestAlarms(client, versions);
  // Who was told of an alarm changes no version, but whoever looks at the alarm shall see it.
  const told = rows.flatMap(({ content: { record } }) => (record.kind === "notification" ? [record.occurrenceId] : []));
  await announce(client, { alarms: [...new Set([...changed, ...told])] });
}

async function writeResults(client: PoolClient, rows: readonly FewRow<"result">[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into command_result (epoch_no, sequence, recorded_at, command_id, body)
     select epoch, number, ${sqlInstant("time")}, body ->> 'commandId', body
       from unnest($1::int[], $2::bigint[], $3::text[], $4::jsonb[]) as new (epoch, number, time, body)`,
    [...placeColumns(rows), rows.map((row) => row.content.body)],
  );
  await announce(client, { commands: [...new Set(rows.map((row) => row.content.record.commandId))] });
}

async function writeVoids(client: PoolClient, all: readonly FewRow<"void">[]): Promise<void> {
  // Of ranges that begin at the same number the last reaches furthest: the others were no longer new otherwise.
  const rows = [
    ...new Map(all.map((row) => [`${row.place.epochNo}/${row.place.stream}/${row.sequence}`, row])).values(),
  ];
  if (rows.length === 0) return;
  await client.query(
    `insert into void_range (epoch_no, sequence, recorded_at, stream, through_sequence, count, reason)
     select epoch, number, ${sqlInstant("time")}, stream, through, count, reason
       from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
            as new (epoch, number, time, stream, through, count, reason)
     -- A range that begins where an older one begins and reaches further takes its place.
     on conflict (epoch_no, stream, sequence) do update set through_sequence = excluded.through_sequence,
        count = excluded.count, reason = excluded.reason, recorded_at = excluded.recorded_at`,
    [
      ...placeColumns(rows),
      rows.map((row) => row.place.stream),
      rows.map((row) => row.through),
      rows.map((row) => row.content.record.count),
      rows.map((row) => row.content.record.reason),
    ],
  );
}

async function writeQuarantine(client: PoolClient, rows: readonly FewRow<"poison">[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into quarantine (epoch_no, sequence, recorded_at, gateway_no, stream, reason, raw)
     select epoch, number, ${sqlInstant("time")}, gateway, stream, reason, raw
       from unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bytea[])
            as new (epoch, number, time, gateway, stream, reason, raw)`,
    [
      ...placeColumns(rows),
      rows.map((row) => row.place.gatewayNo),
      rows.map((row) => row.place.stream),
      rows.map((row) => row.content.reason.replaceAll("\0", "\u{fffd}")),
      rows.map((row) => Buffer.from(row.content.body)),
    ],
  );
}

function placeColumns(rows: readonly FewRow<Kind>[]): [number[], number[], string[]] {
  return [
    rows.map((row) => row.place.epochNo),
    rows.map((row) => row.sequence),
    rows.map((row) => instantText(row.recordedAtMs)),
  ];
}
