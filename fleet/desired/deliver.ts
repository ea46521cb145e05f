import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { encodeMessage } from "@outpost/wire/message.ts";
import type { DocumentMessage, FetchDocument, ReportedSite } from "@outpost/wire/site-exchange.ts";
import { unpackText } from "@outpost/wire/site-packing.ts";
import { downlinkTopic } from "@outpost/wire/topics.ts";
import type { Pool } from "pg";

import type { Publish } from "../broker/bus.ts";
import { announce } from "../store/changes.ts";
import { desiredMessage, keepText, noteLocals, readMissingTexts, readRevision, type Revision } from "./rows.ts";

/** Texts asked for at once; the gateway reports again every minute, and then the next are asked for. */
const MAX_FETCHES = 4;

interface DeliveryDeps {
  readonly pool: Pool;
  readonly publish: Publish;
  readonly log: Log;
}

/** The gateway that is spoken with. */
interface Addressee {
  readonly gatewayId: string;
  readonly gatewayNo: number;
}

/**
 * Answers what a gateway says of its site document: sends the newest revision where it has not heard of it, or not of its
 * approval, and asks for texts of changes on site that we have not. Level-triggered: what is lost on the way is made good at
 * the next report, by whichever fleet process hears it.
 */
export async function answerReported(to: Addressee, site: ReportedSite, deps: DeliveryDeps): Promise<void> {
  const { pool, publish } = deps;
  await noteLocals(pool, to.gatewayNo, site.locals);
  const newest = await readRevision(pool, to.gatewayNo);
  if (newest !== undefined && isNews(newest, site)) await sendRevision(to, newest, deps);
  for (const digest of await readMissingTexts(pool, to.gatewayNo, MAX_FETCHES)) {
    const ask: FetchDocument = { v: 1, digest };
    await publish(downlinkTopic(to.gatewayId, "fetch"), encodeMessage(ask));
  }
}

/** Whether the gateway has yet to hear of this revision, or of who approved it. */
export function isNews({ revision, approval }: Revision, { offer, running }: ReportedSite): boolean {
  if (revision > Math.max(offer?.revision ?? 0, running.revision)) return true;
  const isHeard = offer?.revision !== revision || approval === undefined || offer.approvedBy === approval.by;
  return !isHeard && offer.state === "held";
}

/** Sends a revision now. A gateway that does not get it will say so in its next report. */
export async function sendRevision(to: Addressee, revision: Revision, deps: DeliveryDeps): Promise<void> {
  const message = desiredMessage(revision);
  if (message === undefined) return;
  try {
    await deps.publish(downlinkTopic(to.gatewayId, "desired"), encodeMessage(message));
  } catch (error) {
    const reason = asError(error).message;
    deps.log.info("a revision was not sent; it goes with the next report", { gateway: to.gatewayId, reason });
  }
}

/** Keeps the text of a change on site. @throws WireError where it is not the text it says. */
export async function keepDocument(to: Addressee, message: DocumentMessage, pool: Pool): Promise<void> {
  const text = unpackText(message);
  if (await keepText(pool, to.gatewayNo, message.digest, text)) await announce(pool, { gateways: [to.gatewayId] });
}
