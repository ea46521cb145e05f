import { z } from "zod";

import { wallTimeMs } from "./identifiers.ts";
import { localMark } from "./site-lineage.ts";

/** The largest document on the wire: packed and as base64 it fits into one message with what is said about it. */
export const MAX_PACKED_BYTES = 700 * 1024;

/** SHA-256 of a document's text, in hex: its name everywhere. */
export const siteDigest = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits");
const packedText = z.base64().max(Math.ceil(MAX_PACKED_BYTES / 3) * 4);
const person = z.string().min(1).max(120);
const reason = z.string().max(500);
const revision = z.int().min(1);

export const WEAKENING_KINDS = [
  "rule-removed",
  "priority-lowered",
  "limit-moved",
  "delay-longer",
  "condition-changed",
  "action-removed",
  "action-changed",
  "escalation-removed",
  "escalation-changed",
  "suppression-changed",
  "out-of-service",
  "latch-removed",
  "device-removed",
  "device-changed",
  "link-changed",
  "contact-changed",
  "vision-changed",
  "self-test-changed",
  "uplink-changed",
  "rule-changed",
] as const;
export type WeakeningKind = (typeof WEAKENING_KINDS)[number];

/** One way in which a document makes a critical alarm come later, reach less or not come at all. */
export const weakening = z.object({
  /** One of `WEAKENING_KINDS`; a newer gateway may know more. */
  kind: z.string().max(32),
  /** The critical rule; undefined where the whole site is meant. */
  ruleId: z.string().max(128).optional(),
  /** What was changed, as `rules.high-level.limit` or `devices.station.settings.unitId`. */
  path: z.string().max(400),
  before: z.string().max(200).optional(),
  after: z.string().max(200).optional(),
});
export type Weakening = z.infer<typeof weakening>;

/** More are one sentence: this document is another site. */
export const MAX_WEAKENINGS = 100;

/** One value that is another. Absent on one side: it is not there. Values are shown, not read back. */
const fieldChange = z.object({
  path: z.string().max(300),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type FieldChange = z.infer<typeof fieldChange>;

/** One thing of a site that came, went or changed. `id` is undefined for parts of which there is one, as `uplink`. */
export const siteChange = z.object({
  section: z.string().max(64),
  id: z.string().max(128).optional(),
  change: z.enum(["added", "removed", "changed"]),
  fields: z.array(fieldChange),
});
export type SiteChange = z.infer<typeof siteChange>;

/**
 * What the desk wants a gateway to run. Sent in a live session when the gateway's `reported` says that it has not heard of
 * it; saying it twice is harmless.
 */
export const desired = z.object({
  v: z.literal(1),
  revision,
  digest: siteDigest,
  /** The newest change on site that the author had before his eyes. */
  knows: localMark.optional(),
  author: person,
  note: reason.optional(),
  createdAtMs: wallTimeMs,
  /** A second person has approved what it weakens. */
  approval: z.object({ by: person, atMs: wallTimeMs }).optional(),
  packed: packedText,
});
export type Desired = z.infer<typeof desired>;

/** Asks a gateway for the text of a document it has reported. */
export const fetchDocument = z.object({ v: z.literal(1), digest: siteDigest });
export type FetchDocument = z.infer<typeof fetchDocument>;

/** The answer to `fetch`. */
export const documentMessage = z.object({ v: z.literal(1), digest: siteDigest, packed: packedText });
export type DocumentMessage = z.infer<typeof documentMessage>;

/** A change made on site. */
export const reportedLocal = localMark.extend({
  digest: siteDigest,
  /** The newest revision of the desk that whoever made it had before his eyes; 0: none. */
  base: z.int().min(0),
  by: person,
  why: reason,
  atMs: wallTimeMs,
});
export type ReportedLocal = z.infer<typeof reportedLocal>;

const reportedFault = z.object({
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
  path: z.string().max(300),
  message: z.string().max(500),
});
export type ReportedFault = z.infer<typeof reportedFault>;
export const MAX_REPORTED_FAULTS = 50;
export const MAX_REPORTED_LOCALS = 20;

/** What became of the newest revision that the desk offered. */
export const reportedOffer = z.object({
  revision,
  digest: siteDigest,
  author: person,
  /**
   * `running`: it is what runs, or the change on site that runs was made with it in view. `held`: it weakens a critical
   * alarm chain and waits for a person. `conflict`: the site was changed meanwhile. `refused`: it can never run here.
   * `failed`: a step failed and the site runs as before. `rejected`: somebody on site left it out.
   */
  state: z.enum(["applying", "running", "held", "conflict", "refused", "failed", "rejected"]),
  atMs: wallTimeMs,
  /** Why; for `rejected`, who. */
  reason,
  faults: z.array(reportedFault).max(MAX_REPORTED_FAULTS),
  weakenings: z.array(weakening).max(MAX_WEAKENINGS),
  /** The approval it came with, if any: the desk sends it again when there is a newer one. */
  approvedBy: person.optional(),
});
export type ReportedOffer = z.infer<typeof reportedOffer>;

/** How the site document stands at a gateway; part of `reported`. A gateway that does not say it takes none. */
export const reportedSite = z.object({
  running: z.object({
    digest: siteDigest,
    sinceMs: wallTimeMs,
    origin: z.enum(["desk", "local"]),
    /** Author of the desk's revision, or who changed it on site. */
    by: person,
    /** The newest revision of the desk that it is, or was made with in view; 0: none. */
    revision: z.int().min(0),
  }),
  /** The newest change on site. */
  local: reportedLocal,
  /** Changes on site, the newest last, so that the desk can fetch those it has not. */
  locals: z.array(reportedLocal).max(MAX_REPORTED_LOCALS),
  offer: reportedOffer.optional(),
  /** Why the site file is not what runs; empty where it was taken in. */
  fileFaults: z.array(reportedFault).max(MAX_REPORTED_FAULTS),
});
export type ReportedSite = z.infer<typeof reportedSite>;
