import type { ReactNode } from "react";
import { useEffect } from "react";

import type { Device } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { phaseState, type ChargingSite } from "../../kinds/charging-site.ts";
import { kindOf } from "../../kinds/device-kind.ts";
import { newestOf, standingOf } from "../../kinds/journey.ts";
import { openAlarms } from "../../live/alarms.ts";
import { deviceKey, pointsOf } from "../../live/feed.ts";
import { levelShare, scaleDepthM } from "../../mimic/geometry.ts";
import type { Station } from "../../mimic/station.ts";
import { ShownValue } from "../../parts/shown-value.tsx";

interface GlanceProps {
  readonly device: Device;
  readonly isOld: boolean;
}

/** A device in one line: what somebody asks of it first. Those without a picture say why they are in trouble. */
export function Glance({ device, isOld }: GlanceProps): ReactNode {
  const { desk } = useSurroundings();
  const { feed, connection } = useDesk();
  useEffect(
    () => desk.watchPoints({ gatewayId: device.gatewayId, deviceId: device.id }),
    [desk, device.gatewayId, device.id],
  );
  const content = useContent(device, pointsOf(feed, deviceKey(device.gatewayId, device.id)));
  return <span className={isOld || connection.kind === "lost" ? "glance is-old" : "glance"}>{content}</span>;
}

function useContent(device: Device, points: ReturnType<typeof pointsOf>): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const kind = kindOf(points);
  switch (kind.kind) {
    case "station":
      return <StationGlance station={kind.station} />;
    case "locker": {
      const { compartments } = kind.locker;
      const count = (state: string): number => compartments.filter((one) => one.state === state).length;
      const states = (["forced", "left-open", "failed", "open", "unknown"] as const).filter(
        (state) => count(state) > 0,
      );
      return (
        <>
          <span className="quiet">{say("locker.total", { total: compartments.length })}</span>
          {states.map((state) => (
            <span key={state} className="chip" data-trouble={state !== "open"}>
              {count(state)} {say(`locker.door.${state}`)}
            </span>
          ))}
        </>
      );
    }
    case "call-point": {
      const { call, callId, troubles } = kind.callPoint;
      const open = openAlarms(feed).filter((alarm) => alarm.gatewayId === device.gatewayId);
      const standing = standingOf(call, newestOf(open, device.id, callId));
      return (
        <>
          <span className="chip" data-trouble={standing !== "atRest"}>
            {say(`call.${standing}`)}
          </span>
          {troubles
            .filter(({ state }) => state === "on")
            .map((trouble) => (
              <span key={trouble.kind} className="chip" data-trouble>
                {say(`call.trouble.${trouble.kind}`)}
              </span>
            ))}
        </>
      );
    }
    case "sign": {
      const { isRight } = kind.sign;
      return (
        <span className="chip" data-trouble={isRight !== "on"}>
          {say(isRight === "on" ? "sign.right" : isRight === "off" ? "sign.wrong" : "sign.unknown")}
        </span>
      );
    }
    case "charging-site":
      return <SiteGlance site={kind.site} />;
    case "other":
      return <span className="quiet">{device.reason}</span>;
  }
}

interface SiteGlanceProps {
  readonly site: ChargingSite;
}

/** How many charge, and what is wrong with the supply. */
function SiteGlance({ site: { charging, phases, stop } }: SiteGlanceProps): ReactNode {
  const { say } = useSpeech();
  const isOver = phases.some((phase) => phaseState(phase) === "over");
  return (
    <>
      {charging.kind === "good" ? (
        <span className="quiet">{say("chargingSite.charging", { count: charging.value })}</span>
      ) : null}
      {stop === "on" ? (
        <span className="chip" data-trouble>
          {say("chargingSite.stopped")}
        </span>
      ) : null}
      {isOver ? (
        <span className="chip" data-trouble>
          {say("chargingSite.over")}
        </span>
      ) : null}
    </>
  );
}

interface StationGlanceProps {
  readonly station: Station;
}

/** How full the well is, and which pumps run. */
function StationGlance({ station }: StationGlanceProps): ReactNode {
  const { say } = useSpeech();
  const depthM = scaleDepthM(station.marks.map((mark) => mark.levelM));
  const share = station.level.kind === "good" ? levelShare(station.level.value, depthM) : 0;
  return (
    <>
      <span className="well-bar" aria-hidden="true">
        <i style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <ShownValue shown={station.level} />
      {station.pumps.map((pump) => (
        <span key={pump.id} className="pump-chip" data-state={pump.state}>
          {say("station.pump", { number: pump.number })} {say(`station.pump.${pump.state}`)}
        </span>
      ))}
    </>
  );
}
