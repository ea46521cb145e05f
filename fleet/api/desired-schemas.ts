import { name } from "@outpost/wire/identifiers.ts";
import {
  reportedLocal,
  reportedOffer,
  reportedSite,
  siteChange,
  siteDigest,
  weakening,
} from "@outpost/wire/site-exchange.ts";
import { z } from "zod";

import { STANDINGS } from "../desired/standings.ts";

/** What the API says and takes about a gateway's site document. Instants are Unix milliseconds. */
const instantMs = z.number();
const person = z.string().trim().min(1).max(120);
const documentText = z
  .string()
  .min(1)
  .max(1024 * 1024);

export const desiredRevision = z.object({
  revision: z.int(),
  digest: siteDigest,
  author: z.string(),
  note: z.string().nullable(),
  createdAtMs: instantMs,
  approval: z.object({ by: z.string(), atMs: instantMs }).nullable(),
});
export type DesiredRevision = z.infer<typeof desiredRevision>;

export const localRevision = reportedLocal.extend({
  receivedAtMs: instantMs,
  /** False until the gateway has sent the text. */
  hasText: z.boolean(),
});
export type LocalRevision = z.infer<typeof localRevision>;

const textFault = z.object({
  path: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});
export type TextFault = z.infer<typeof textFault>;

/** Everything about the site document of one gateway. */
export const siteView = z.object({
  gatewayId: name,
  /** For `If-Match`: the desk's newest revision and the newest change on site, both of which the reader has seen here. */
  entityTag: z.string(),
  /** See `fleet/desired/standings.ts`. */
  standing: z.enum(STANDINGS),
  desired: desiredRevision.extend({ text: z.string() }).nullable(),
  /** What really runs; `text` null until it has come. */
  running: reportedSite.shape.running.extend({ text: z.string().nullable() }).nullable(),
  /** The newest change on site. */
  local: reportedLocal.nullable(),
  /** What the gateway says of the newest revision it has heard of. */
  offer: reportedOffer.nullable(),
  fileFaults: reportedSite.shape.fileFaults,
  /** What the desk's newest revision weakens of what runs. */
  weakenings: z.array(weakening),
  /** From what runs to the desk's newest revision. */
  diff: z.array(siteChange),
  /** In a conflict: what the site and what the desk changed since they were last one; null where that is not known. */
  conflict: z.object({ local: z.array(siteChange), desk: z.array(siteChange) }).nullable(),
});
export type SiteView = z.infer<typeof siteView>;

export const siteHistory = z.object({
  /** The newest first, at most a hundred of each. */
  revisions: z.array(desiredRevision),
  locals: z.array(localRevision),
});
export type SiteHistory = z.infer<typeof siteHistory>;

export const siteText = z.object({ digest: siteDigest, text: z.string() });
export type SiteText = z.infer<typeof siteText>;

export const diffQuery = z.strictObject({ from: siteDigest, to: siteDigest });
export const siteDiff = z.object({ changes: z.array(siteChange) });

export const checkBody = z.strictObject({ text: documentText });
/** What a text would change of what runs, before it is written. */
export const siteCheck = z.object({
  faults: z.array(textFault),
  diff: z.array(siteChange),
  weakenings: z.array(weakening),
});
export type SiteCheckAnswer = z.infer<typeof siteCheck>;

export const writeBody = z.strictObject({ text: documentText, actor: person, note: z.string().max(500).optional() });
export const approveBody = z.strictObject({ revision: z.int().min(1), digest: siteDigest, actor: person });
export const resolveBody = z.discriminatedUnion("choice", [
  z.strictObject({ choice: z.literal("keep-local"), actor: person }),
  z.strictObject({ choice: z.literal("take-desk"), actor: person }),
  z.strictObject({ choice: z.literal("merged"), text: documentText, actor: person }),
]);
