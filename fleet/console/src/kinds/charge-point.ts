import type { Points, Shown } from "../live/shown.ts";
import { shown } from "../live/shown.ts";

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
      return {
        number,
        status: statusOf(of("status")),
        limit: of("limit"),
        draw: highest([of("current.l1"), of("current.l2"), of("current.l3")]),
        power: of("power"),
        energy: of("energy"),
      };
    });
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
