import type { ReactNode } from "react";

import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { useHasDemo } from "../../demo/use-has-demo.ts";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { AlarmList } from "../../parts/alarms/alarm-list.tsx";
import { Figures } from "./figures.tsx";
import { GatewayTable } from "./gateway-table.tsx";

import "./overview.css";

const ALARMS_SHOWN = 12;

/** How the district stands: figures, gateways with their devices, and what needs somebody. */
export function OverviewPage(): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const alarms = openAlarms(feed);
  const hasDemo = useHasDemo();
  const gateways = [...feed.gateways.values()].map((entry) => entry.value);
  return (
    <>
      <div className="page-head">
        <h1>{say("overview.title")}</h1>
        {hasDemo ? (
          <span className="quiet">
            {say("demo.overview")} <Link to={{ page: "demo" }}>{say("demo.overview.go")} ›</Link>
          </span>
        ) : null}
      </div>
      <Figures gateways={gateways} openCount={alarms.length} waitingCount={alarms.filter(isUnacknowledged).length} />
      <div className="overview-columns">
        <GatewayTable gateways={gateways} />
        <section className="panel" aria-label={say("overview.openAlarms")}>
          <header>
            <h2>{say("overview.openAlarms")}</h2>
            <Link to={{ page: "alarms" }}>{say("overview.allAlarms")}</Link>
          </header>
          <AlarmList alarms={alarms.slice(0, ALARMS_SHOWN)} />
        </section>
      </div>
    </>
  );
}
