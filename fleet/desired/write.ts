import { checkSite } from "@outpost/wire/check-site.ts";
import type { Weakening } from "@outpost/wire/site-exchange.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";
import { packText } from "@outpost/wire/site-packing.ts";
import { parseSiteText } from "@outpost/wire/site-text.ts";
import { weakens } from "@outpost/wire/site-weakens.ts";
import { siteDocument, type SiteDocument } from "@outpost/wire/site.ts";
import type { Pool } from "pg";

import { announce } from "../store/changes.ts";
import { atomically } from "../store/database.ts";
import {
  approveRevision,
  insertRevision,
  readGateway,
  readRevision,
  readText,
  type GatewayRow,
  type Revision,
} from "./rows.ts";
import { entityTag, heardRevision } from "./standing.ts";

/** What a check says of a text: what is wrong, or what it weakens of what the gateway runs. */
export type TextJudgement =
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] }
  | { readonly kind: "good"; readonly document: SiteDocument; readonly weakenings: readonly Weakening[] };

/** Checks a text as the gateway will, and that it is this gateway's and has something in it. */
export async function judgeText(
  text: string,
  gatewayId: string,
  running: SiteDocument | undefined,
): Promise<TextJudgement> {
  const check = await checkSite(text);
  if (check.kind === "refused") return check;
  const { document } = check.site;
  const faults: SiteTextFault[] = [];
  if (document.gateway.id !== gatewayId) {
    faults.push(faultAt(text, ["gateway", "id"], `expected "${gatewayId}", found "${document.gateway.id}"`));
  }
  if (document.devices.length === 0)
    faults.push(faultAt(text, ["devices"], "expected a site with devices, found none"));
  if (packText(text) === undefined) {
    faults.push({ position: undefined, path: "", message: "expected a document that fits into one message" });
  }
  if (faults.length > 0) return { kind: "refused", faults };
  return { kind: "good", document, weakenings: running === undefined ? [] : weakens(running, document) };
}

/** What a gateway runs, as far as its text has come. */
export async function readRunning(pool: Pool, { gatewayNo, reported }: GatewayRow): Promise<SiteDocument | undefined> {
  const text = reported && (await readText(pool, gatewayNo, reported.running.digest));
  return text === undefined ? undefined : documentOf(text);
}

/** A kept text as a document; undefined where this version of the desk cannot read it. */
export function documentOf(text: string): SiteDocument | undefined {
  const reading = parseSiteText(text);
  const parsed = reading.kind === "parsed" ? siteDocument.safeParse(reading.text.value) : undefined;
  return parsed?.data;
}

export interface Writing {
  readonly gatewayId: string;
  /** What the author had before his eyes. */
  readonly entityTag: string;
  readonly text: string;
  readonly author: string;
  readonly note: string | undefined;
}

/** What became of a write. Nothing but `written` has any effect. */
export type Written =
  | {
      readonly kind: "written";
      readonly gatewayNo: number;
      readonly revision: Revision;
      readonly weakenings: readonly Weakening[];
    }
  | { readonly kind: "unknown-gateway" }
  /** Somebody wrote, or the site was changed, since the author looked. */
  | { readonly kind: "stale"; readonly entityTag: string }
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] };

/**
 * Writes the next revision of a gateway's document. Its number is above every one that the gateway has heard of, so that a
 * desk that was restored from an old copy is heard again.
 */
export async function writeRevision(writing: Writing, pool: Pool): Promise<Written> {
  const { gatewayId, text, author, note } = writing;
  const before = await readGateway(pool, gatewayId);
  if (before === undefined) return { kind: "unknown-gateway" };
  const judgement = await judgeText(text, gatewayId, await readRunning(pool, before));
  if (judgement.kind === "refused") return judgement;
  const { weakenings } = judgement;
  return await atomically(pool, async (client): Promise<Written> => {
    const gateway = await readGateway(client, gatewayId, true);
    if (gateway === undefined) return { kind: "unknown-gateway" };
    const { gatewayNo, reported } = gateway;
    const newest = await readRevision(client, gatewayNo);
    const current = entityTag(newest, reported);
    if (current !== writing.entityTag) return { kind: "stale", entityTag: current };
    const heard = reported === undefined ? 0 : heardRevision(reported);
    const number = Math.max(newest?.revision ?? 0, heard) + 1;
    const knows = reported && { store: reported.local.store, number: reported.local.number };
    await insertRevision(client, gatewayNo, { revision: number, text, knows, author, note });
    await announce(client, { gateways: [gatewayId] });
    const revision = await readRevision(client, gatewayNo, number);
    return revision === undefined
      ? { kind: "stale", entityTag: current }
      : { kind: "written", gatewayNo, revision, weakenings };
  });
}

/** What became of an approval. */
export type Approved =
  | { readonly kind: "approved"; readonly gatewayNo: number; readonly revision: Revision }
  | { readonly kind: "unknown-gateway" }
  /** Not the newest revision, or another text, or approved already. */
  | { readonly kind: "stale" }
  | { readonly kind: "own" };

/** A second person stands for what the newest revision weakens. */
export async function approve(
  { gatewayId, revision, digest, by }: { gatewayId: string; revision: number; digest: string; by: string },
  pool: Pool,
): Promise<Approved> {
  return await atomically(pool, async (client): Promise<Approved> => {
    const gateway = await readGateway(client, gatewayId, true);
    if (gateway === undefined) return { kind: "unknown-gateway" };
    const { gatewayNo } = gateway;
    const newest = await readRevision(client, gatewayNo);
    if (newest?.revision !== revision || newest.digest !== digest) return { kind: "stale" };
    if (isSamePerson(newest.author, by)) return { kind: "own" };
    if (!(await approveRevision(client, gatewayNo, revision, by))) return { kind: "stale" };
    await announce(client, { gateways: [gatewayId] });
    const approved = await readRevision(client, gatewayNo, revision);
    return approved === undefined ? { kind: "stale" } : { kind: "approved", gatewayNo, revision: approved };
  });
}

/** One's own name in other letters is no second person. */
function isSamePerson(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

function faultAt(text: string, path: readonly string[], message: string): SiteTextFault {
  const reading = parseSiteText(text);
  const position = reading.kind === "parsed" ? reading.text.locate(path) : undefined;
  return { position, path: path.join("."), message };
}
