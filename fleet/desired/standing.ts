import type { ReportedSite } from "@outpost/wire/site-exchange.ts";
import { winner } from "@outpost/wire/site-lineage.ts";

import type { GatewayRow, Revision } from "./rows.ts";
import type { Standing } from "./standings.ts";

/** Pure: the same rows, the same answer, in every fleet process. */
export function standingOf(
  newest: Revision | undefined,
  { hasReported, reported }: Pick<GatewayRow, "hasReported" | "reported">,
): Standing {
  if (reported === undefined) return hasReported ? "unsupported" : "unheard";
  const heard = heardRevision(reported);
  if (heard > (newest?.revision ?? 0)) return "ahead";
  if (newest === undefined) return "none";
  const { running, local, offer } = reported;
  if (offer?.revision === newest.revision && offer.state !== "running") return offer.state;
  if (running.digest === newest.digest) return "running";
  if (running.origin === "desk") return heard < newest.revision ? "waiting" : "running";
  const stands = winner(newest, local);
  return stands === "conflict" || stands === "local" ? stands : "waiting";
}

/** The newest revision of the desk that a gateway has heard of; 0: none. */
export function heardRevision({ offer, running }: ReportedSite): number {
  return Math.max(offer?.revision ?? 0, running.revision);
}

/**
 * What somebody who read a gateway's document has had before his eyes: the desk's newest revision and the newest change on
 * site. As an entity tag: a write that names it was made with both in view.
 */
export function entityTag(newest: Revision | undefined, reported: ReportedSite | undefined): string {
  const local = reported === undefined ? "none" : `${reported.local.store.slice(0, 12)}.${reported.local.number}`;
  return `"${newest?.revision ?? 0}.${local}"`;
}
