import type { Text } from "@outpost/wire/identifiers.ts";
import type { AlarmPriority, AlarmRecord, AlarmState, Suppression } from "@outpost/wire/records.ts";

import type { DocumentView, RuleView } from "./document-view.ts";

/**
 * What the gateway tells its page, as JSON. Types alone: the page is served by the very process that answers, from the
 * same build, so nothing is parsed twice.
 */

/** Who is here, and how far the box is. `person` is absent where nobody is signed in. */
export interface WelcomeView {
  readonly person?: string;
  /** Nobody has a PIN yet: the command line, or a claim, gives the first one. */
  readonly isFirst: boolean;
  readonly gatewayId?: string;
  readonly siteName?: Text;
  readonly timeZone?: string;
}

export interface ReadingView {
  readonly pointId: string;
  /** `null` where the value is bad. */
  readonly value: number | null;
  readonly badReason?: string;
  readonly atMs: number;
}

export interface DeviceLiveView {
  readonly id: string;
  readonly state: "starting" | "online" | "offline" | "fault";
  readonly reason: string;
  readonly sinceMs: number;
}

/** A device as the site has it; its readings come live. */
export interface DevicePlanView {
  readonly id: string;
  readonly adapter: string;
  readonly name: Text;
  readonly profile: string;
  readonly points: readonly {
    readonly id: string;
    readonly name: Text;
    readonly unit: string;
    readonly writable?: { readonly min: number; readonly max: number; readonly isHazardous: boolean };
  }[];
}

export interface AlarmLiveView {
  readonly ruleId: string;
  readonly priority: AlarmPriority;
  readonly message: Text;
  readonly state: AlarmState;
  readonly suppression: Suppression;
  readonly occurrenceId: string | null;
  readonly version: number;
  readonly raisedAtMs: number;
  readonly value: number | null;
  readonly deviceId?: string;
  readonly pointId?: string;
  /** A shelve that begins later. */
  readonly plan?: { readonly by: string; readonly reason: string; readonly fromMs: number; readonly untilMs: number };
}

/** What a test found of a chain: of each action whether it showed what was written. */
export type ChainTestView =
  | {
      readonly kind: "tested";
      readonly isPassed: boolean;
      readonly actions: readonly { readonly actionId: string; readonly verdict: string; readonly detail: string }[];
    }
  | { readonly kind: "refused"; readonly detail: string };

/** One message of the live stream. Readings come all at first, in pieces, and then only those that changed. */
export type LiveView =
  | {
      readonly kind: "state";
      readonly nowMs: number;
      readonly confidence: "confirmed" | "plausible" | "doubtful";
      readonly uplink: { readonly phase: "none" | "offline" | "greeting" | "live"; readonly reason: string };
      readonly siteFaults: readonly string[];
      readonly devices: readonly DeviceLiveView[];
      readonly alarms: readonly AlarmLiveView[];
      readonly journal: JournalView | null;
      readonly memoryRssBytes: number;
      readonly loopP999Ms: number;
      readonly eventsLost: number;
      readonly startedAtMs: number;
      readonly agentVersion: string;
      /** Another number after each applied site: the page then asks for the site anew. */
      readonly siteRevision: number;
    }
  | { readonly kind: "readings"; readonly deviceId: string; readonly readings: readonly ReadingView[] }
  | { readonly kind: "drill"; readonly drill: DrillView | null }
  | { readonly kind: "scan"; readonly scan: ScanView };

export interface JournalView {
  readonly epoch: string;
  readonly waiting: Readonly<Record<string, number>>;
  readonly bytesUsed: number;
  readonly bytesAllowed: number;
  readonly ladder: "normal" | "no-evidence" | "thin-measurements" | "no-measurements" | "no-occurrences";
  readonly writeFault: string | null;
  readonly quarantined: boolean;
}

export interface NetworkView {
  readonly hostname: string;
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac: string;
    readonly addresses: readonly string[];
    readonly isUp: boolean;
  }[];
  readonly routes: readonly {
    readonly to: string;
    readonly via: string | null;
    readonly device: string;
    readonly metric: number;
  }[];
  readonly dnsServers: readonly string[];
  readonly proxy: readonly { readonly name: string; readonly value: string }[];
  readonly checks: readonly CheckView[];
  readonly clock: {
    readonly nowMs: number;
    readonly confidence: "confirmed" | "plausible" | "doubtful";
    readonly floorMs: number;
    readonly timeZone: string;
  };
}

/** One thing that was tried, and how it went. `what` is a key of the catalogue. */
export interface CheckView {
  readonly what: "address" | "default-route" | "fail-over" | "dns" | "uplink" | "clock";
  readonly verdict: "good" | "doubtful" | "bad" | "none";
  readonly detail: string;
}

export interface SiteView {
  readonly document: DocumentView;
  /** Of the text that runs: an edit names the digest it began with, so that nobody overwrites another's change unseen. */
  readonly digest: string;
  readonly revision: number;
  readonly devices: readonly DevicePlanView[];
  /** A revision of the desk that waits for somebody on site. */
  readonly offer: OfferView | null;
}

export interface OfferView {
  /** `held`: it weakens a critical alarm. `conflict`: the site was changed here meanwhile. */
  readonly state: "held" | "conflict";
  readonly revision: number;
  readonly author: string;
  readonly reason: string;
  readonly weakenings: readonly string[];
}

export const DESK_CHOICES = ["confirm", "reject", "keep-local", "take-desk"] as const;
export type DeskChoice = (typeof DESK_CHOICES)[number];

/** What would happen if a draft were applied. */
export interface SiteCheckView {
  readonly faults: readonly string[];
  readonly changes: readonly ChangeView[];
  readonly steps: readonly string[];
  /** What of a critical alarm it weakens: it is applied only when somebody has seen this. */
  readonly weakenings: readonly string[];
}

export interface ChangeView {
  readonly part: "site" | "uplink" | "links" | "devices" | "rules" | "actions" | "other";
  readonly id: string;
  readonly change: "added" | "removed" | "changed";
}

export interface ScanFinding {
  /** A line for people: `/dev/ttyUSB0 9600 8N1`. */
  readonly line: string;
  readonly address: string;
  readonly what: string;
  readonly isDoubtful: boolean;
  /** What a device of the site would be made of, where that is known. */
  readonly offer?: {
    readonly adapter: string;
    readonly link: Readonly<Record<string, string | number>>;
    readonly settings: Readonly<Record<string, unknown>>;
  };
}

export interface ScanView {
  readonly state: "idle" | "running" | "ended" | "stopped" | "failed";
  readonly kind?: ScanKind;
  readonly startedBy?: string;
  readonly estimatedMs?: number;
  readonly leftMs?: number;
  readonly done?: number;
  readonly of?: number;
  readonly findings: readonly ScanFinding[];
  readonly notes: readonly string[];
}
export type ScanKind = "serial" | "modbus" | "dlt645" | "lockers" | "onvif";

export type Verdict = "pass" | "fail";
export interface PointCheckView {
  readonly deviceId: string;
  readonly pointId: string;
  readonly verdict: Verdict;
  /** What the plate on the wall, or the instrument, says. */
  readonly plate: string;
  readonly comment: string;
  /** The value the gateway had at that moment; `null`: it was bad. */
  readonly value: number | null;
  readonly unit: string;
  readonly by: string;
  readonly atMs: number;
}

export const DRILL_STEPS = ["pressed", "raised", "written", "feedback", "told", "acknowledged"] as const;
export type DrillStep = (typeof DRILL_STEPS)[number];

export interface DrillView {
  readonly ruleId: string;
  readonly state: "waiting" | "done" | "ended";
  readonly by: string;
  readonly startedAtMs: number;
  readonly occurrenceId: string | null;
  readonly version: number;
  /** When each step was seen, Unix milliseconds; absent until it is. `detail`: who acknowledged, how long the write took. */
  readonly steps: Readonly<Partial<Record<DrillStep, { readonly atMs: number; readonly detail: string }>>>;
  /** Steps that cannot come: a rule without an actuator, a site without an uplink. */
  readonly missing: readonly DrillStep[];
  readonly verdict?: Verdict;
  readonly comment?: string;
}

export interface BookView {
  readonly checks: readonly PointCheckView[];
  readonly drills: readonly DrillView[];
  readonly network: { readonly by: string; readonly atMs: number; readonly comment: string } | null;
}

export interface ReportView {
  /** The name its files have: `ID.html`, `ID.html.sig`, `ID.pdf`. */
  readonly id: string;
  readonly madeAtMs: number;
  readonly by: string;
  readonly language: "zh" | "en";
  readonly sha256: string;
  readonly hasPdf: boolean;
  readonly verifyCommand: string;
  /** Whether the fleet has its record. */
  readonly isUploaded: boolean | null;
}

/** A rule somebody may want for a device, with words in both languages. */
export interface RuleProposal {
  readonly rule: RuleView;
  /** Why it is proposed: a limit that wants a person's eye is not ticked at first. */
  readonly isSafety: boolean;
}

/** A device family the site may have more of, with the JSON schema of its settings. */
export interface FamilyView {
  readonly adapter: string;
  readonly schema: unknown;
  /** Ready-made settings by name, where the family ships profiles. */
  readonly profiles: readonly { readonly id: string; readonly name: Text; readonly isVerified: boolean }[];
}

/** Who the gateway is to the fleet. */
export interface IdentityView {
  readonly phase: "unclaimed" | "pending" | "claimed";
  /** For people: for whom, why not. */
  readonly detail: string;
  readonly expiresAtMs?: number;
}

/** An algorithm that may look at a camera's zones or lines. */
export interface AlgorithmView {
  readonly id: string;
  readonly name: Text;
  readonly scopes: readonly ("zone" | "line")[];
}

export interface RefusalView {
  readonly code: string;
  readonly message: string;
  readonly waitMs?: number;
}

export type AlarmChange = AlarmRecord["change"];
