import type { ReactNode } from "react";
import { useEffect } from "react";

import type { Device } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { connectorsOf, isInTransaction, type Connector } from "../../kinds/charge-point.ts";
import { chargePointsOf } from "../../kinds/charge-points.ts";
import { deviceKey, pointsOf } from "../../live/feed.ts";
import type { Shown } from "../../live/shown.ts";
import { ShownValue, useShownText } from "../../parts/shown-value.tsx";
import { Empty } from "../../parts/states.tsx";

/** Each is followed live; what a desk can look at has an end. */
const MAX_SHOWN = 60;

interface ConnectorListProps {
  readonly gatewayId: string;
  readonly isOld: boolean;
}

/** Every connector of the gateway's charge points: what it may draw and what it draws. */
export function ConnectorList({ gatewayId, isOld }: ConnectorListProps): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const stations = chargePointsOf(feed, gatewayId);
  return (
    <section className="panel" aria-label={say("chargingSite.connectors")}>
      <header>
        <h2>{say("chargingSite.connectors")}</h2>
        {stations.length > MAX_SHOWN ? (
          <span className="quiet">{say("chargingSite.more", { shown: MAX_SHOWN, total: stations.length })}</span>
        ) : null}
      </header>
      {stations.length === 0 ? (
        <Empty title={say("chargingSite.noConnectors")} />
      ) : (
        <ul className={isOld ? "connectors is-old" : "connectors"}>
          {stations.slice(0, MAX_SHOWN).map((station) => (
            <Station key={station.id} station={station} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface StationProps {
  readonly station: Device;
}

function Station({ station }: StationProps): ReactNode {
  const { text } = useSpeech();
  const { desk } = useSurroundings();
  const { feed } = useDesk();
  const { gatewayId, id: deviceId } = station;
  useEffect(() => desk.watchPoints({ gatewayId, deviceId }), [desk, gatewayId, deviceId]);
  const connectors = connectorsOf(pointsOf(feed, deviceKey(gatewayId, deviceId)));
  return (
    <li>
      <Link to={{ page: "device", gatewayId, deviceId }}>{text(station.name)}</Link>
      <ul>
        {connectors.map((connector) => (
          <ConnectorRow key={connector.number} connector={connector} />
        ))}
      </ul>
    </li>
  );
}

interface ConnectorRowProps {
  readonly connector: Connector;
}

function ConnectorRow({ connector }: ConnectorRowProps): ReactNode {
  const { say } = useSpeech();
  const textOf = useShownText();
  const { number, status, limit, draw, power } = connector;
  const most = Math.max(1, valueOf(limit), valueOf(draw)) * 1.04;
  const share = (value: Shown): string => `${(Math.max(0, valueOf(value)) / most) * 100}%`;
  // Nobody charges here: a meter that has said nothing yet is no fault.
  const isIdle = !isInTransaction(connector) && draw.kind !== "good";
  const words = isIdle ? "—" : say("chargingSite.draw", { draw: textOf(draw), limit: textOf(limit) });
  return (
    <li className="connector" data-status={status}>
      <span>{say("charging.connector", { number })}</span>
      <span className="connector-status">
        <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true">
          {shapeOf(status)}
        </svg>
        {say(`connectorStatus.${status}`)}
      </span>
      <div className="phase-bar" role="img" aria-label={words}>
        {draw.kind === "good" ? <i data-what="metered" style={{ width: share(draw) }} /> : null}
        {limit.kind === "good" ? <i data-what="limit" style={{ left: share(limit) }} /> : null}
      </div>
      <span className="connector-draw">{words}</span>
      <span className="connector-power">{isIdle ? "—" : <ShownValue shown={power} />}</span>
    </li>
  );
}

function shapeOf(status: Connector["status"]): ReactNode {
  switch (status) {
    case "charging":
      return <path d="M7 0 2 7h3l-1 5 6-7H6z" fill="currentColor" />;
    case "suspended-ev":
    case "suspended-evse":
      return <path d="M3 1v10M9 1v10" stroke="currentColor" strokeWidth={2.4} />;
    case "faulted":
      return <rect x={1.5} y={1.5} width={9} height={9} fill="currentColor" />;
    case "available":
      return <circle cx={6} cy={6} r={4.5} fill="none" stroke="currentColor" strokeWidth={1.6} />;
    case "preparing":
    case "finishing":
    case "reserved":
      return <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" stroke="currentColor" strokeWidth={1.2} />;
    case "unavailable":
    case "unknown":
      return <path d="M2 6h8" stroke="currentColor" strokeWidth={1.8} strokeDasharray="2 2" />;
  }
}

function valueOf(value: Shown): number {
  return value.kind === "good" ? value.value : 0;
}
