import type { Points, Shown } from "../live/shown.ts";
import { shown } from "../live/shown.ts";
import { wiringOf, type SupplyPhaseName } from "./load-sharing.ts";

/** What a connector does: the status point's values in their order. @see OCPP 1.6 edition 2, section 7.7 */
export const CONNECTOR_STATUSES = [
  "available",
  "preparing",
  "charging",
  "suspended-ev",
  "suspended-evse",
  "finishing",
  "reserved",
  "unavailable",
  "faulted",
] as const;
export type ConnectorStatus = (typeof CONNECTOR_STATUSES)[number];

/** One connector of a charge point, as far as its points tell. */
export interface Connector {
  readonly number: number;
  readonly status: ConnectorStatus | "unknown";
  /** Amperes on each of its phases. */
  readonly limit: Shown;
  /** The highest of its phases, in amperes. */
  readonly draw: Shown;
  /** Amperes on its own L1, L2 and L3. */
  readonly currents: readonly Shown[];
  /** The supply's phases behind these; empty where that is not known. */
  readonly wiring: readonly SupplyPhaseName[];
  readonly power: Shown;
  readonly energy: Shown;
}

/** Reads a charge point's connectors from its points; none where it is no charge point. */
export function connectorsOf(points: Points): readonly Connector[] {
  return [...points.keys()]
    .map((id) => /^connector([1-9]\d{0,2})\.status$/.exec(id)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b)
    .map((number) => {
      const of = (what: string): Shown => shown(points, `connector${number}.${what}`);
      const currents = ["l1", "l2", "l3"].map((phase) => of(`current.${phase}`));
      const wiring = of("wiring");
      return {
        number,
        status: statusOf(of("status")),
        limit: of("limit"),
        draw: highest(currents),
        currents,
        wiring: wiringOf(wiring.kind === "good" ? wiring.value : undefined),
        power: of("power"),
        energy: of("energy"),
      };
    });
}

/** Whether a car is being charged, or waits for current in the middle of it: then it has a grant. */
export function isInTransaction({ status }: Connector): boolean {
  return status === "charging" || status === "suspended-ev" || status === "suspended-evse";
}

function statusOf(status: Shown): Connector["status"] {
  return (status.kind === "good" ? CONNECTOR_STATUSES[status.value] : undefined) ?? "unknown";
}

/** The highest of those that are there; one phase alone is enough, none is the reason of the first. */
function highest(phases: readonly Shown[]): Shown {
  const good = phases.filter((one) => one.kind === "good");
  const [first] = phases;
  if (good.length === 0) return first ?? { kind: "absent" };
  return good.reduce((most, one) => (one.value > most.value ? one : most));
}
