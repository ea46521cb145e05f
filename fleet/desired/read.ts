import { diffSites } from "@outpost/wire/site-diff.ts";
import type { SiteChange } from "@outpost/wire/site-exchange.ts";
import { parseSiteText } from "@outpost/wire/site-text.ts";
import { weakens } from "@outpost/wire/site-weakens.ts";
import type { Pool } from "pg";

import type { DesiredRevision, LocalRevision, SiteHistory, SiteView } from "../api/desired-schemas.ts";
import {
  readGateway,
  readLocals,
  readRevision,
  readRevisions,
  readText,
  type GatewayRow,
  type Local,
  type Revision,
} from "./rows.ts";
import { entityTag, standingOf } from "./standing.ts";
import { documentOf } from "./write.ts";

const HISTORY_LIMIT = 100;

/** How a gateway's site document stands, with both texts and what differs; undefined where there is no such gateway. */
export async function readSiteView(pool: Pool, gatewayId: string): Promise<SiteView | undefined> {
  const gateway = await readGateway(pool, gatewayId);
  if (gateway === undefined) return undefined;
  const { gatewayNo, reported } = gateway;
  const newest = await readRevision(pool, gatewayNo);
  const runningText = reported && (await readText(pool, gatewayNo, reported.running.digest));
  const standing = standingOf(newest, gateway);
  const running = runningText === undefined ? undefined : documentOf(runningText);
  const desired = newest === undefined ? undefined : documentOf(newest.text);
  return {
    gatewayId,
    entityTag: entityTag(newest, reported),
    standing,
    desired: newest === undefined ? null : { ...revisionView(newest), text: newest.text },
    running: reported === undefined ? null : { ...reported.running, text: runningText ?? null },
    local: reported?.local ?? null,
    offer: reported?.offer ?? null,
    fileFaults: reported?.fileFaults ?? [],
    weakenings: running === undefined || desired === undefined ? [] : weakens(running, desired),
    diff: newest === undefined || runningText === undefined ? [] : diffTexts(runningText, newest.text),
    conflict: standing === "conflict" && newest ? await readConflict(pool, gateway, newest) : null,
  };
}

/** Everything that was ever wanted or changed, as far as it is shown; undefined where there is no such gateway. */
export async function readHistory(pool: Pool, gatewayId: string): Promise<SiteHistory | undefined> {
  const gateway = await readGateway(pool, gatewayId);
  if (gateway === undefined) return undefined;
  const revisions = await readRevisions(pool, gateway.gatewayNo, HISTORY_LIMIT);
  const locals = await readLocals(pool, gateway.gatewayNo, HISTORY_LIMIT);
  return { revisions: revisions.map(revisionView), locals: locals.map(localView) };
}

/** What differs between two texts, by what they say, not by how they are written. */
export function diffTexts(was: string, is: string): SiteChange[] {
  const [before, after] = [was, is].map((text) => documentOf(text) ?? plainOf(text));
  return diffSites(before ?? {}, after ?? {});
}

/** A text that this version cannot read as a site may still be compared. */
function plainOf(text: string): object {
  const reading = parseSiteText(text);
  const value = reading.kind === "parsed" ? reading.text.value : undefined;
  return typeof value === "object" && value !== null ? value : {};
}

/** What each side changed since the revision that both had in view. */
async function readConflict(pool: Pool, { gatewayNo, reported }: GatewayRow, newest: Revision) {
  if (reported === undefined) return null;
  const { local } = reported;
  const localText = await readText(pool, gatewayNo, local.digest);
  const base = local.base > 0 ? await readRevision(pool, gatewayNo, local.base) : undefined;
  // Before the desk's first revision both began with what the desk's author knew of the site.
  const baseText = base?.text ?? (await readKnown(pool, gatewayNo, newest));
  if (localText === undefined || baseText === undefined) return null;
  return { local: diffTexts(baseText, localText), desk: diffTexts(baseText, newest.text) };
}

async function readKnown(pool: Pool, gatewayNo: number, { knows }: Revision): Promise<string | undefined> {
  const locals = await readLocals(pool, gatewayNo, HISTORY_LIMIT);
  return locals.find(({ store, number }) => store === knows?.store && number === knows.number)?.text;
}

function revisionView({ revision, digest, author, note, createdAtMs, approval }: Revision): DesiredRevision {
  return { revision, digest, author, note: note ?? null, createdAtMs, approval: approval ?? null };
}

function localView({ text, ...local }: Local): LocalRevision {
  return { ...local, hasText: text !== undefined };
}
