import { hex128 } from "@outpost/wire/identifiers.ts";
import {
  MAX_REPORTED_LOCALS,
  reportedLocal,
  reportedOffer,
  reportedSite,
  siteDigest,
  type ReportedLocal,
  type ReportedSite,
} from "@outpost/wire/site-exchange.ts";
import { localMark } from "@outpost/wire/site-lineage.ts";
import { z } from "zod";

/** The desk's newest revision and what became of it; its text is kept beside the state. */
const offer = reportedOffer.extend({
  knows: localMark.optional(),
  /** How often going over to it was begun. A process that dies of it is not to die of it for ever. */
  attempts: z.int().min(0),
});
export type Offer = z.infer<typeof offer>;

/** Everything that is remembered of the site document beside the texts; written whole, before anything is done. */
export const siteState = z.object({
  v: z.literal(1),
  /** Random, made with the state folder. */
  store: hex128,
  running: reportedSite.shape.running,
  /** The newest change on site. */
  local: reportedLocal,
  locals: z.array(reportedLocal).max(MAX_REPORTED_LOCALS),
  offer: offer.optional(),
  /** The site file as it was when it was last taken in, and the desk's revision that it then was or included. */
  file: z.object({ digest: siteDigest, revision: z.int().min(0) }),
});
export type SiteState = z.infer<typeof siteState>;

/** A person who changes something, and when. */
export interface Author {
  readonly who: string;
  readonly why: string;
  readonly atMs: number;
}

/** The state of a folder that has none: what runs is the site file's, and nobody knows of a revision. */
export function firstState(
  store: string,
  file: { readonly digest: string; readonly isEmpty: boolean },
  { who, why, atMs }: Author,
): SiteState {
  const { digest } = file;
  // A site without devices is nothing to lose: the desk's first revision takes its place without a question.
  const local: ReportedLocal = { store, number: file.isEmpty ? 0 : 1, digest, base: 0, by: who, why, atMs };
  return {
    v: 1,
    store,
    running: { digest, sinceMs: atMs, origin: "local", by: who, revision: 0 },
    local,
    locals: [local],
    file: { digest, revision: 0 },
  };
}

/** The digests whose texts are still wanted: what runs, what waits, and what the desk may yet ask for. */
export function wantedTexts(state: SiteState): ReadonlySet<string> {
  const offered = state.offer === undefined ? [] : [state.offer.digest];
  return new Set([state.running.digest, ...offered, ...state.locals.map(({ digest }) => digest)]);
}

/** As the desk and the technician are told. */
export function reportOf(state: SiteState, fileFaults: ReportedSite["fileFaults"]): ReportedSite {
  const { running, local, locals } = state;
  if (state.offer === undefined) return { running, local, locals, fileFaults };
  const { knows: _, attempts: __, ...reported } = state.offer;
  return { running, local, locals, offer: reported, fileFaults };
}
