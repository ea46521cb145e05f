import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import { quantity } from "../i18n/format.ts";
import { LoadSharing } from "../pictures/load-sharing.tsx";
import type { ChargersState } from "./site-state.ts";

/** Charge points that share a fuse, as they really stand: whoever is cut off from the gateway draws by its own limits. */
export function ChargersPicture({
  limitA,
  highestA,
  connectors,
  waitingCount,
  wasCardRefused,
}: ChargersState): ReactNode {
  const { say, language } = useSpeech();
  const shares = connectors.map(({ identity, number, ...share }) => ({
    ...share,
    name: say("sharing.connector", { station: identity, number }),
  }));
  return (
    <div className="chargers-picture">
      <LoadSharing shares={shares} limitA={{ L1: limitA, L2: limitA, L3: limitA }} />
      <p className="quiet">
        {say("sharing.highest", { amperes: `${quantity(highestA, language, "A")} A` })}
        {waitingCount > 0 ? ` · ${say("sharing.waiting", { count: waitingCount })}` : ""}
        {wasCardRefused ? ` · ${say("sharing.card.refused")}` : ""}
      </p>
    </div>
  );
}
