import type { Contact, Points, Shown } from "../live/shown.ts";
import { contact, shown } from "../live/shown.ts";

const PHASES = ["L1", "L2", "L3"] as const;

/** One phase of a supply, in amperes. */
export interface SupplyPhase {
  readonly name: (typeof PHASES)[number];
  /** What the fuse or the contract allows. */
  readonly limit: Shown;
  /** What the rest of the site leaves of it. */
  readonly available: Shown;
  /** The most that the charge points may draw by what they were told. */
  readonly exposed: Shown;
  readonly metered: Shown;
}

/** One supply and what its charge points share of it. */
export interface ChargingSite {
  readonly phases: readonly SupplyPhase[];
  readonly charging: Shown;
  /** On: all charging is stopped. */
  readonly stop: Contact;
  readonly canStop: boolean;
}

/** Reads a device's points as a charging site. @returns undefined where nothing says what was granted. */
export function chargingSiteOf(points: Points): ChargingSite | undefined {
  if (!points.has("exposed.l1") || !points.has("limit.l1")) return undefined;
  return {
    phases: PHASES.map((name) => {
      const of = (what: string): Shown => shown(points, `${what}.${name.toLowerCase()}`);
      return { name, limit: of("limit"), available: of("available"), exposed: of("exposed"), metered: of("metered") };
    }),
    charging: shown(points, "charging"),
    stop: contact(points, "stop"),
    canStop: (points.get("stop")?.writable ?? null) !== null,
  };
}

/** `over`: more flows than the limit allows. `lowering`: more was granted than is left, and is being taken back. */
export type PhaseState = "over" | "lowering" | "within" | "unknown";

/** Amperes by which two readings of different meters may differ. */
const TOLERANCE_A = 1;

export function phaseState({ limit, available, exposed, metered }: SupplyPhase): PhaseState {
  if (limit.kind !== "good") return "unknown";
  if (metered.kind === "good" && metered.value > limit.value + TOLERANCE_A) return "over";
  if (exposed.kind !== "good" || metered.kind !== "good") return "unknown";
  return available.kind === "good" && exposed.value > available.value + TOLERANCE_A ? "lowering" : "within";
}
