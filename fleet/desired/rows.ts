import type { Desired, ReportedLocal, ReportedSite } from "@outpost/wire/site-exchange.ts";
import type { LocalMark } from "@outpost/wire/site-lineage.ts";
import { digestOf, packText } from "@outpost/wire/site-packing.ts";
import type { Reported } from "@outpost/wire/uplink.ts";
import type { Pool, PoolClient } from "pg";

import { instantText, sqlInstant, sqlMs } from "../store/columns.ts";

type Db = Pool | PoolClient;

/** A revision the desk wrote. */
export interface Revision {
  readonly revision: number;
  readonly digest: string;
  readonly text: string;
  readonly knows: LocalMark | undefined;
  readonly author: string;
  readonly note: string | undefined;
  readonly createdAtMs: number;
  readonly approval: { readonly by: string; readonly atMs: number } | undefined;
}

/** A change made on site; its text comes after its mark. */
export interface Local extends ReportedLocal {
  readonly receivedAtMs: number;
  readonly text: string | undefined;
}

/** A gateway, as far as its site document is concerned. */
export interface GatewayRow {
  readonly gatewayNo: number;
  readonly isOnline: boolean;
  /** Undefined: never heard, or older than desired state. */
  readonly reported: ReportedSite | undefined;
  /** Whether it has reported at all. */
  readonly hasReported: boolean;
}

/** `forWriting`: nobody else changes this gateway's document until the transaction ends. */
export async function readGateway(db: Db, gatewayId: string, forWriting = false): Promise<GatewayRow | undefined> {
  const { rows } = await db.query<{ gateway_no: number; state: string; reported: Reported | null }>(
    `select gateway_no, state, reported from gateway where gateway_id = $1 ${forWriting ? "for update" : ""}`,
    [gatewayId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { gateway_no: gatewayNo, state, reported } = row;
  return { gatewayNo, isOnline: state === "online", reported: reported?.document, hasReported: reported !== null };
}

interface RevisionRow {
  readonly revision: number;
  readonly digest: string;
  readonly document: string;
  readonly knows_store: string | null;
  readonly knows_number: number | null;
  readonly author: string;
  readonly note: string | null;
  readonly created_at_ms: number;
  readonly approved_by: string | null;
  readonly approved_at_ms: number | null;
}

const REVISION = `select revision, digest, document, knows_store, knows_number, author, note,
  ${sqlMs("created_at")} as created_at_ms, approved_by, ${sqlMs("approved_at")} as approved_at_ms from site_revision`;

/** The gateway's newest revision, or the one with this number. */
export async function readRevision(db: Db, gatewayNo: number, revision?: number): Promise<Revision | undefined> {
  const { rows } = await db.query<RevisionRow>(
    `${REVISION} where gateway_no = $1 and ($2::int is null or revision = $2) order by revision desc limit 1`,
    [gatewayNo, revision ?? null],
  );
  return rows[0] && revisionOf(rows[0]);
}

/** The newest revisions, the newest first. */
export async function readRevisions(db: Db, gatewayNo: number, limit: number): Promise<Revision[]> {
  const sql = `${REVISION} where gateway_no = $1 order by revision desc limit $2`;
  return (await db.query<RevisionRow>(sql, [gatewayNo, limit])).rows.map(revisionOf);
}

/** Enters a revision, or nothing where its number is taken. @returns whether it was entered. */
export async function insertRevision(
  db: Db,
  gatewayNo: number,
  one: Pick<Revision, "revision" | "text" | "knows" | "author" | "note">,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into site_revision (gateway_no, revision, digest, document, knows_store, knows_number, author, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      gatewayNo,
      one.revision,
      digestOf(one.text),
      one.text,
      one.knows?.store ?? null,
      one.knows?.number ?? null,
      one.author,
      one.note ?? null,
    ],
  );
  return rowCount === 1;
}

/** Notes the second person. @returns whether it was approved by nobody before. */
export async function approveRevision(db: Db, gatewayNo: number, revision: number, by: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update site_revision set approved_by = $3, approved_at = now()
      where gateway_no = $1 and revision = $2 and approved_by is null and author <> $3`,
    [gatewayNo, revision, by],
  );
  return rowCount === 1;
}

interface LocalRow {
  readonly store: string;
  readonly number: number;
  readonly digest: string;
  readonly base_revision: number;
  readonly changed_by: string;
  readonly why: string;
  readonly changed_at_ms: number;
  readonly received_at_ms: number;
  readonly document: string | null;
}

const LOCAL = `select store, number, digest, base_revision, changed_by, why, ${sqlMs("changed_at")} as changed_at_ms,
  ${sqlMs("received_at")} as received_at_ms, document from site_local`;

/** The newest changes on site, the newest first. */
export async function readLocals(db: Db, gatewayNo: number, limit: number): Promise<Local[]> {
  const sql = `${LOCAL} where gateway_no = $1 order by received_at desc, number desc limit $2`;
  return (await db.query<LocalRow>(sql, [gatewayNo, limit])).rows.map(localOf);
}

/** Enters changes on site that are not known yet. A text that is known under another mark is theirs, too. */
export async function noteLocals(db: Db, gatewayNo: number, locals: readonly ReportedLocal[]): Promise<void> {
  for (const one of locals) {
    await db.query(
      `insert into site_local (gateway_no, store, number, digest, base_revision, changed_by, why, changed_at, document)
       values ($1, $2, $3, $4, $5, $6, $7, ${sqlInstant("$8")}, (${TEXT_OF}))
       on conflict do nothing`,
      [gatewayNo, one.store, one.number, one.digest, one.base, one.by, one.why, instantText(one.atMs)],
    );
  }
}

/** Some text of this gateway that is called so; `$1` the gateway, `$4` the digest. */
const TEXT_OF = `select document from (
    select document from site_revision where gateway_no = $1 and digest = $4
    union all select document from site_local where gateway_no = $1 and digest = $4 and document is not null
  ) known limit 1`;

/** The text of this name that the gateway has had, wherever it came from. */
export async function readText(db: Db, gatewayNo: number, digest: string): Promise<string | undefined> {
  const sql = TEXT_OF.replaceAll("$4", "$2");
  return (await db.query<{ document: string }>(sql, [gatewayNo, digest])).rows[0]?.document;
}

/** Changes on site whose text has not come yet, the oldest first. */
export async function readMissingTexts(db: Db, gatewayNo: number, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ digest: string }>(
    `select distinct digest from site_local where gateway_no = $1 and document is null limit $2`,
    [gatewayNo, limit],
  );
  return rows.map((row) => row.digest);
}

/** Keeps a text that the gateway was asked for. */
export async function keepText(db: Db, gatewayNo: number, digest: string, text: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "update site_local set document = $3 where gateway_no = $1 and digest = $2 and document is null",
    [gatewayNo, digest, text],
  );
  return (rowCount ?? 0) > 0;
}

/** A revision as it goes to its gateway; undefined where it is too large to be sent, which it was refused for. */
export function desiredMessage(one: Revision): Desired | undefined {
  const packed = packText(one.text);
  if (packed === undefined) return undefined;
  return {
    v: 1,
    revision: one.revision,
    digest: one.digest,
    ...(one.knows === undefined ? {} : { knows: one.knows }),
    author: one.author,
    ...(one.note === undefined ? {} : { note: one.note }),
    createdAtMs: one.createdAtMs,
    ...(one.approval === undefined ? {} : { approval: one.approval }),
    packed,
  };
}

function revisionOf(row: RevisionRow): Revision {
  const { revision, digest, author } = row;
  return {
    revision,
    digest,
    text: row.document,
    knows:
      row.knows_store === null || row.knows_number === null
        ? undefined
        : { store: row.knows_store, number: row.knows_number },
    author,
    note: row.note ?? undefined,
    createdAtMs: row.created_at_ms,
    approval:
      row.approved_by === null || row.approved_at_ms === null
        ? undefined
        : { by: row.approved_by, atMs: row.approved_at_ms },
  };
}

function localOf(row: LocalRow): Local {
  const { store, number, digest, why } = row;
  return {
    store,
    number,
    digest,
    base: row.base_revision,
    by: row.changed_by,
    why,
    atMs: row.changed_at_ms,
    receivedAtMs: row.received_at_ms,
    text: row.document ?? undefined,
  };
}
