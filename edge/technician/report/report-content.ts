import type { Language } from "../catalogue.ts";
import type { BookView, DevicePlanView, NetworkView, SiteView } from "../server/views.ts";

/** Everything a report says, as plain data: it travels to the thread that writes the page. */
export interface ReportContent {
  readonly language: Language;
  readonly site: SiteView["document"]["site"];
  readonly gatewayId: string;
  readonly agentVersion: string;
  readonly madeAtMs: number;
  readonly confidence: NetworkView["clock"]["confidence"];
  readonly by: string;
  readonly keyFingerprint: string;
  readonly devices: readonly (DevicePlanView & { readonly state: string })[];
  readonly rules: SiteView["document"]["rules"];
  readonly actions: SiteView["document"]["actions"];
  readonly book: BookView;
  readonly uplinkPhase: "none" | "offline" | "greeting" | "live";
  readonly waitingRecords: number | null;
  readonly checks: NetworkView["checks"];
}

/** How many passed, failed and are open. */
export interface Tally {
  readonly of: number;
  readonly passed: number;
  readonly failed: number;
  readonly open: number;
}

/** Counts the points of the site as it is now: a check of a point that is gone counts for nothing. */
export function tallyPoints(devices: readonly DevicePlanView[], book: BookView): Tally {
  const verdicts = new Map(book.checks.map((one) => [`${one.deviceId} ${one.pointId}`, one.verdict] as const));
  return tally(devices.flatMap(({ id, points }) => points.map((point) => verdicts.get(`${id} ${point.id}`))));
}

/** Counts the alarms of the site as it is now. */
export function tallyAlarms(rules: readonly { readonly id: string }[], book: BookView): Tally {
  const verdicts = new Map(book.drills.map((one) => [one.ruleId, one.verdict] as const));
  return tally(rules.map(({ id }) => verdicts.get(id)));
}

function tally(verdicts: readonly ("pass" | "fail" | undefined)[]): Tally {
  const passed = verdicts.filter((one) => one === "pass").length;
  const failed = verdicts.filter((one) => one === "fail").length;
  return { of: verdicts.length, passed, failed, open: verdicts.length - passed - failed };
}
