import type { AlarmRecord, NotificationRecord } from "@outpost/wire/records.ts";
import type { Pool } from "pg";
import type { z } from "zod";

import type { Alarm, AlarmDetail, AlarmNotification, AlarmPage, AlarmStep, alarmQuery } from "../api/schemas.ts";
import { readCommandsOfAlarm } from "../commands/command-rows.ts";
import { sendCommand, type CommandDeps, type Sent } from "../commands/send-command.ts";
import { decodeConfidence, instantText, sqlInstant, sqlMs } from "../store/columns.ts";

/** An order about an alarm reaches a gateway at once or is too late. */
const ORDER_TTL_MS = 10_000;

interface AlarmRow {
  readonly occurrence_id: string;
  readonly gateway_id: string;
  readonly version: number;
  readonly rule_id: string;
  readonly device_id: string | null;
  readonly point_id: string | null;
  readonly priority: AlarmRecord["priority"];
  readonly state: AlarmRecord["state"];
  readonly suppression: AlarmRecord["suppression"];
  readonly change: AlarmRecord["change"];
  readonly message: AlarmRecord["message"];
  readonly value: number | null;
  readonly actor: string | null;
  readonly note: string | null;
  readonly raised_at_ms: number;
  readonly occurred_at_ms: number;
  readonly clock_confidence: number;
  readonly marks: NonNullable<Alarm["marks"]> | null;
  /** The newest word of its escalation. */
  readonly escalation: NotificationRecord | null;
}

const SELECT = `select occurrence_id, gateway_id, version, rule_id, device_id, point_id, priority, alarm.state, suppression,
  change, message, value, actor, note, ${sqlMs("raised_at")} as raised_at_ms, ${sqlMs("occurred_at")} as occurred_at_ms,
  clock_confidence, marks, escalation from alarm join gateway using (gateway_no) left join lateral (
    select body as escalation from alarm_step join epoch using (epoch_no)
     where alarm_step.occurrence_id = alarm.occurrence_id and epoch.gateway_no = alarm.gateway_no
       and body ->> 'kind' = 'notification' and body ->> 'change' in ('asked', 'unanswered', 'ended')
     order by ordinal desc, sequence desc limit 1) as told on true`;

/** One page of alarms, the newest raised first. A cursor that is none gives the first page. */
export async function listAlarms(pool: Pool, query: z.infer<typeof alarmQuery>): Promise<AlarmPage> {
  const after = parseCursor(query.cursor);
  const { rows } = await pool.query<AlarmRow>(
    `${SELECT} where ($1 = 'all' or ($1 = 'open' and alarm.state <> 'normal') or alarm.state = $1)
        and ($2::text is null or gateway_id = $2)
        and ($3::text is null or (raised_at, occurrence_id) < (${sqlInstant("$3")}, $4))
      order by raised_at desc, occurrence_id desc limit $5`,
    [query.state, query.gateway ?? null, after?.raised ?? null, after?.id ?? null, query.limit + 1],
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const hasMore = rows.length > query.limit && last !== undefined;
  return {
    alarms: page.map(alarmOf),
    nextCursor: hasMore ? `${last.raised_at_ms}_${last.occurrence_id}` : null,
  };
}

/** How these occurrences stand; unknown ids are left out. */
export async function readAlarms(pool: Pool, ids: readonly string[]): Promise<Alarm[]> {
  const { rows } = await pool.query<AlarmRow>(`${SELECT} where occurrence_id = any($1)`, [ids]);
  return rows.map(alarmOf);
}

/** One occurrence with every step committed so far, and the orders given for it. */
export async function readAlarmDetail(pool: Pool, id: string): Promise<AlarmDetail | undefined> {
  const [alarm] = await readAlarms(pool, [id]);
  if (alarm === undefined) return undefined;
  const { rows } = await pool.query<{ body: AlarmRecord | NotificationRecord }>(
    `select body from alarm_step join epoch using (epoch_no) join gateway using (gateway_no)
      where occurrence_id = $1 and gateway_id = $2 order by version, ordinal, sequence limit 1000`,
    [id, alarm.gatewayId],
  );
  const notifications = rows.flatMap(({ body }) => (body.kind === "notification" ? [notificationOf(body)] : []));
  const steps = rows.flatMap(({ body }): AlarmStep[] => {
    if (body.kind !== "alarm") return [];
    const { version, state, suppression, change, value, actor = null, note = null, occurredAtMs } = body;
    return [{ version, state, suppression, change, value, actor, note, occurredAtMs }];
  });
  return { ...alarm, steps, notifications, commands: await readCommandsOfAlarm(pool, id) };
}

/** What the desk may do to an alarm. */
export type AlarmOrder =
  | { readonly kind: "acknowledge"; readonly note?: string | undefined }
  | { readonly kind: "shelve"; readonly forMs: number; readonly reason: string }
  | { readonly kind: "unshelve" };

/**
 * Asks the gateway to change its alarm; only the gateway changes it, and its answer comes as the command's result. An
 * order about a version that we know to be past is not even sent.
 */
export async function orderAlarm(
  id: string,
  by: { readonly expectedVersion: number; readonly actor: string },
  alarmOrder: AlarmOrder,
  deps: CommandDeps,
): Promise<Sent | { readonly kind: "unknown-alarm" } | { readonly kind: "stale"; readonly currentVersion: number }> {
  const [alarm] = await readAlarms(deps.pool, [id]);
  if (alarm === undefined) return { kind: "unknown-alarm" };
  if (alarm.version > by.expectedVersion) return { kind: "stale", currentVersion: alarm.version };
  const order = { ...alarmOrder, occurrenceId: id, expectedVersion: by.expectedVersion };
  return await sendCommand({ gatewayId: alarm.gatewayId, actor: by.actor, ttlMs: ORDER_TTL_MS, order }, deps);
}

function parseCursor(cursor: string | undefined): { raised: string; id: string } | undefined {
  const match = /^(\d{1,16})_([0-9a-f]{32})$/.exec(cursor ?? "");
  return match?.[2] === undefined ? undefined : { raised: instantText(Number(match[1])), id: match[2] };
}

function alarmOf(row: AlarmRow): Alarm {
  return {
    id: row.occurrence_id,
    gatewayId: row.gateway_id,
    version: row.version,
    ruleId: row.rule_id,
    deviceId: row.device_id,
    pointId: row.point_id,
    priority: row.priority,
    state: row.state,
    suppression: row.suppression,
    change: row.change,
    message: row.message,
    value: row.value,
    actor: row.actor,
    note: row.note,
    raisedAtMs: row.raised_at_ms,
    occurredAtMs: row.occurred_at_ms,
    clockConfidence: decodeConfidence(row.clock_confidence),
    ...(row.marks === null ? {} : { marks: row.marks }),
    ...askingOf(row.escalation),
  };
}

/** Whom the site asks now; nobody once it has ended. */
function askingOf(newest: NotificationRecord | null): Pick<Alarm, "asking"> {
  if (newest === null || (newest.change !== "asked" && newest.change !== "unanswered")) return {};
  const { change, step = 1, round = 1, who = [], answerByMs = null } = newest;
  return { asking: { change, step, round, who, answerByMs } };
}

function notificationOf(body: NotificationRecord): AlarmNotification {
  const { change, step, round, who, actionId, reference, attempts, note, occurredAtMs } = body;
  return { change, step, round, who, actionId, reference, attempts, note, occurredAtMs };
}
