import { randomBytes } from "node:crypto";

import { encodeSecret, formatClaimCode, claimProof, hashSecret, pinOf } from "@outpost/wire/claim-code.ts";
import type { Pool } from "pg";

import { sqlMs } from "../../store/columns.ts";
import { atomically } from "../../store/database.ts";

/** Lines of one bulk list. */
export const MAX_CLAIM_LINES = 5_000;
const SECRET_BYTES = 10;
const MAX_LISTED = 500;

/** For whom a code is good, once. */
export interface ClaimLine {
  /** Absent: the gateway names itself, and the name must never have been used. */
  readonly gatewayId?: string | undefined;
  /** Absent: any box. */
  readonly serial?: string | undefined;
}

export interface NewClaim {
  readonly label: string;
  readonly madeBy: string;
  readonly expiresAtMs: number;
  readonly lines: readonly ClaimLine[];
  /** How many of the lines may be used; all of them unless said. */
  readonly maxUses?: number | undefined;
}

/** A claim code without its secret. */
export interface ClaimRow {
  readonly id: string;
  readonly label: string;
  readonly madeBy: string;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  readonly maxUses: number;
  readonly useCount: number;
  readonly lines: readonly {
    readonly gatewayId: string | null;
    readonly serial: string | null;
    readonly usedAtMs: number | null;
  }[];
}

/**
 * Makes a claim code. The code itself is in the answer and nowhere else.
 *
 * @param root  the root certificate whose pin the code carries, DER.
 */
export async function makeClaim(
  pool: Pool,
  claim: NewClaim,
  root: Uint8Array,
): Promise<{ readonly id: string; readonly code: string }> {
  const id = randomBytes(8).toString("hex");
  const secret = encodeSecret(randomBytes(SECRET_BYTES));
  await atomically(pool, async (client) => {
    await client.query(
      `insert into claim (claim_id, secret_hash, label, made_by, expires_at, max_uses)
       values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6)`,
      [id, hashSecret(secret), claim.label, claim.madeBy, claim.expiresAtMs, claim.maxUses ?? claim.lines.length],
    );
    await client.query(
      `insert into claim_line (claim_id, line_no, gateway_id, serial)
       select $1, line_no, nullif(gateway_id, ''), nullif(serial, '')
         from unnest($2::text[], $3::text[]) with ordinality as line (gateway_id, serial, line_no)`,
      [id, claim.lines.map((line) => line.gatewayId ?? ""), claim.lines.map((line) => line.serial ?? "")],
    );
  });
  return { id, code: formatClaimCode({ secret, pin: pinOf(root) }) };
}

/** The newest claim codes, at most 500. */
export async function listClaims(pool: Pool): Promise<ClaimRow[]> {
  const { rows } = await pool.query<ClaimRow>(
    `select claim_id as id, label, made_by as "madeBy", ${sqlMs("made_at")} as "madeAtMs",
        ${sqlMs("expires_at")} as "expiresAtMs", ${sqlMs("revoked_at")} as "revokedAtMs",
        max_uses as "maxUses", use_count as "useCount",
        (select json_agg(json_build_object('gatewayId', gateway_id, 'serial', serial, 'usedAtMs', ${sqlMs("used_at")})
            order by line_no) from claim_line where claim_line.claim_id = claim.claim_id) as lines
       from claim order by made_at desc, claim_id limit ${MAX_LISTED}`,
  );
  return rows;
}

/** The hash of the code that this proof was made with, among those that are still good; undefined where none is. */
export async function findProven(
  pool: Pool,
  proof: { readonly claimProof: string; readonly nonce: string; readonly csr: string },
): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ secret_hash: Buffer }>(
    "select secret_hash from claim where revoked_at is null and expires_at > now() order by made_at desc limit 10000",
  );
  return rows.find((row) => claimProof(row.secret_hash, proof.nonce, proof.csr) === proof.claimProof)?.secret_hash;
}

/** Withdraws a code. @returns false where there is none, or it is withdrawn already. */
export async function revokeClaim(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    "update claim set revoked_at = now() where claim_id = $1 and revoked_at is null",
    [id],
  );
  return rowCount === 1;
}
