import type { Order } from "@outpost/wire/downlink.ts";
import type { Pool, PoolClient } from "pg";

import type { Command } from "../api/schemas.ts";
import { sqlMs } from "../store/columns.ts";

/** After its time to live a result may still be on its way so long. */
export const ANSWER_GRACE_MS = 5_000;

interface CommandRow {
  readonly command_id: string;
  readonly gateway_id: string;
  readonly actor: string;
  readonly wire_order: Order;
  readonly ttl_ms: number;
  readonly sent_at_ms: number;
  readonly is_overdue: boolean;
  readonly answered_at_ms: number | null;
  /** The gateway's result record, checked when it came in. */
  readonly result: {
    readonly outcome: Exclude<Command["state"], "sent" | "no-answer">;
    readonly detail: string;
    readonly selectionId?: string;
    readonly before?: number | null;
    readonly after?: number | null;
  } | null;
}

/** A result counts only where it comes from the gateway that was ordered. */
const SELECT = `
select command_id, gateway_id, actor, wire_order, ttl_ms, ${sqlMs("sent_at")} as sent_at_ms,
       now() > sent_at + (ttl_ms + ${ANSWER_GRACE_MS}) * interval '1 millisecond' as is_overdue,
       ${sqlMs("answer.received_at")} as answered_at_ms, answer.body as result
  from command join gateway using (gateway_no)
  left join lateral (
    select r.body, r.received_at from command_result r join epoch using (epoch_no)
     where r.command_id = command.command_id and epoch.gateway_no = command.gateway_no
     order by ordinal, sequence limit 1) answer on true`;

/** The commands with these ids; unknown ones are left out. */
export async function readCommands(db: Pool | PoolClient, ids: readonly string[]): Promise<Command[]> {
  const { rows } = await db.query<CommandRow>(`${SELECT} where command_id = any($1) order by sent_at`, [ids]);
  return rows.map(commandOf);
}

/** The orders given for one occurrence of an alarm, oldest first, the latest hundred. */
export async function readCommandsOfAlarm(db: Pool | PoolClient, occurrenceId: string): Promise<Command[]> {
  const sql = `select * from (${SELECT} where wire_order ->> 'occurrenceId' = $1 order by sent_at desc limit 100) as latest
                order by sent_at_ms`;
  return (await db.query<CommandRow>(sql, [occurrenceId])).rows.map(commandOf);
}

function commandOf(row: CommandRow): Command {
  return {
    id: row.command_id,
    gatewayId: row.gateway_id,
    actor: row.actor,
    order: row.wire_order,
    ttlMs: row.ttl_ms,
    sentAtMs: row.sent_at_ms,
    state: row.result?.outcome ?? (row.is_overdue ? "no-answer" : "sent"),
    detail: row.result?.detail ?? null,
    selectionId: row.result?.selectionId ?? null,
    before: row.result?.before ?? null,
    after: row.result?.after ?? null,
    answeredAtMs: row.answered_at_ms,
  };
}
