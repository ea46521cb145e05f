import { randomBytes } from "node:crypto";

import type { Pool, PoolClient } from "pg";

import { sqlMs } from "../store/columns.ts";

/** Undecided requests of one gateway; the oldest makes room. */
const MAX_PENDING = 5;
const MAX_LISTED = 500;

/** A gateway that has proved an old key and waits for a person's word. */
export interface RequestRow {
  readonly id: string;
  readonly gatewayId: string;
  /** Shown at the gateway too: whoever decides can compare. */
  readonly publicKeyHash: string;
  readonly reason: string;
  readonly source: string;
  readonly askedAtMs: number;
  readonly state: "pending" | "approved" | "refused" | "done";
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
}

const COLUMNS = `request_id as id, gateway_id as "gatewayId", public_key_hash as "publicKeyHash", reason, source,
  ${sqlMs("asked_at")} as "askedAtMs", state, decided_by as "decidedBy", ${sqlMs("decided_at")} as "decidedAtMs"`;

/** Notes that a key asks, or finds what was decided when it asked before. */
export async function askDesk(
  client: PoolClient,
  asked: Pick<RequestRow, "gatewayId" | "publicKeyHash" | "reason" | "source">,
): Promise<RequestRow["state"]> {
  const { rows } = await client.query<{ state: RequestRow["state"] }>(
    `insert into enrolment_request (request_id, gateway_id, public_key_hash, reason, source) values ($1, $2, $3, $4, $5)
     on conflict (public_key_hash) do update set source = excluded.source returning state`,
    [randomBytes(8).toString("hex"), asked.gatewayId, asked.publicKeyHash, asked.reason, asked.source],
  );
  await client.query(
    `delete from enrolment_request where state = 'pending' and gateway_id = $1 and request_id not in (
       select request_id from enrolment_request where state = 'pending' and gateway_id = $1
        order by asked_at desc, request_id limit ${MAX_PENDING})`,
    [asked.gatewayId],
  );
  return rows[0]?.state ?? "pending";
}

/** The request of this key has its certificate. */
export async function closeRequest(client: PoolClient, publicKeyHash: string): Promise<void> {
  await client.query("update enrolment_request set state = 'done' where public_key_hash = $1", [publicKeyHash]);
}

/** The newest requests, those that wait first. */
export async function listRequests(pool: Pool): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>(
    `select ${COLUMNS} from enrolment_request order by state <> 'pending', asked_at desc, request_id limit ${MAX_LISTED}`,
  );
  return rows;
}

/** A person's word on a request that waits. @returns the request, undefined where none waits under this id. */
export async function decideRequest(
  pool: Pool,
  id: string,
  decision: { readonly state: "approved" | "refused"; readonly by: string },
): Promise<RequestRow | undefined> {
  const { rows } = await pool.query<RequestRow>(
    `update enrolment_request set state = $2, decided_by = $3, decided_at = now()
      where request_id = $1 and state = 'pending' returning ${COLUMNS}`,
    [id, decision.state, decision.by],
  );
  return rows[0];
}
