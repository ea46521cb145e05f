import {
  siteCheck,
  siteHistory,
  siteText,
  siteView,
  type SiteCheckAnswer,
  type SiteHistory,
  type SiteText,
  type SiteView,
} from "../../../api/desired-schemas.ts";
import { ask } from "./ask.ts";

const at = (gatewayId: string): string => `/api/gateways/${encodeURIComponent(gatewayId)}/site`;

/** How the site document of a gateway stands. */
export function askSite(gatewayId: string, signal: AbortSignal): Promise<SiteView> {
  return ask(siteView, at(gatewayId), { signal });
}

export function askSiteHistory(gatewayId: string, signal: AbortSignal): Promise<SiteHistory> {
  return ask(siteHistory, `${at(gatewayId)}/history`, { signal });
}

export function askSiteText(gatewayId: string, digest: string, signal: AbortSignal): Promise<SiteText> {
  return ask(siteText, `${at(gatewayId)}/texts/${digest}`, { signal });
}

/** What a text would change and weaken, and what is wrong with it. Nothing is written. */
export function checkSiteText(gatewayId: string, text: string, signal: AbortSignal): Promise<SiteCheckAnswer> {
  return ask(siteCheck, `${at(gatewayId)}/check`, { body: { text }, signal });
}

/** Who writes, and what he had before his eyes. */
export interface Writer {
  readonly actor: string;
  readonly entityTag: string;
}

export function writeSite(
  gatewayId: string,
  text: string,
  note: string,
  { actor, entityTag }: Writer,
): Promise<SiteView> {
  const body = { text, actor, ...(note === "" ? {} : { note }) };
  return ask(siteView, at(gatewayId), { method: "PUT", body, headers: { "if-match": entityTag } });
}

/** A second person stands for what the newest revision weakens. */
export function approveSite(
  gatewayId: string,
  revision: { readonly revision: number; readonly digest: string },
  actor: string,
): Promise<SiteView> {
  const body = { revision: revision.revision, digest: revision.digest, actor };
  return ask(siteView, `${at(gatewayId)}/approve`, { body });
}

export function resolveSite(
  gatewayId: string,
  choice: "keep-local" | "take-desk",
  { actor, entityTag }: Writer,
): Promise<SiteView> {
  return ask(siteView, `${at(gatewayId)}/resolve`, { body: { choice, actor }, headers: { "if-match": entityTag } });
}
