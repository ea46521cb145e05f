import type { ReactNode } from "react";

import type { Device } from "../../../../api/schemas.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { connectorsOf, isInTransaction } from "../../kinds/charge-point.ts";
import { chargePointsOf } from "../../kinds/charge-points.ts";
import type { ChargingSite, SupplyPhase } from "../../kinds/charging-site.ts";
import { MAX_SHARES, sharesOn, type Share } from "../../kinds/load-sharing.ts";
import { deviceKey, pointsOf, type Feed } from "../../live/feed.ts";
import { LoadSharing } from "../../pictures/load-sharing.tsx";

interface SharingPanelProps {
  readonly gatewayId: string;
  readonly site: ChargingSite;
  readonly isOld: boolean;
}

/**
 * Who draws what of the supply, and how each connector is turned onto its phases. The list of connectors on the same page
 * follows their points. A car park too large for one picture has only that list.
 */
export function SharingPanel({ gatewayId, site, isOld }: SharingPanelProps): ReactNode {
  const { say, text } = useSpeech();
  const { feed } = useDesk();
  const shares = chargePointsOf(feed, gatewayId).flatMap((station) =>
    sharesOf(feed, station, (number) => say("sharing.connector", { station: text(station.name), number })),
  );
  if (shares.length === 0 || shares.length > MAX_SHARES) return null;
  const [L1, L2, L3] = site.phases.map(({ limit }) => (limit.kind === "good" ? limit.value : undefined));
  const [held1, held2, held3] = site.phases.map((phase) => heldA(phase, shares));
  return (
    <section className="panel" aria-label={say("sharing.title")}>
      <header>
        <h2>{say("sharing.title")}</h2>
      </header>
      <div className="body">
        <LoadSharing
          shares={shares}
          limitA={{ L1, L2, L3 }}
          heldA={{ L1: held1 ?? 0, L2: held2 ?? 0, L3: held3 ?? 0 }}
          isOld={isOld}
        />
      </div>
    </section>
  );
}

function sharesOf(feed: Feed, station: Device, nameOf: (connector: number) => string): readonly Share[] {
  const points = pointsOf(feed, deviceKey(station.gatewayId, station.id));
  return connectorsOf(points).map((connector) => {
    const { number, limit, currents, wiring } = connector;
    return {
      id: `${station.id}/${number}`,
      name: nameOf(number),
      // A grant is the transaction's: what was granted to an earlier one is over.
      grantA: limit.kind === "good" && isInTransaction(connector) ? limit.value : undefined,
      drawsA: currents.map((one) => (one.kind === "good" ? one.value : 0)),
      wiring,
      isAway: station.state !== "online",
    };
  });
}

/** What the gateway reckons may be flowing beside the grants that the page knows: fallbacks, and leases of stations that are away. */
function heldA({ name, exposed }: SupplyPhase, shares: readonly Share[]): number {
  if (exposed.kind !== "good") return 0;
  const granted = sharesOn(name, shares).reduce((sum, { grantA, drawsA }) => sum + Math.max(grantA, drawsA), 0);
  return Math.max(0, exposed.value - granted);
}
