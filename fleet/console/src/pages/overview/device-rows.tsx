import type { ReactNode } from "react";
import { useEffect } from "react";

import type { Device, GatewaySummary } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { deviceKey, pointsOf } from "../../live/feed.ts";
import { levelShare, scaleDepthM } from "../../mimic/geometry.ts";
import { stationOf } from "../../mimic/station.ts";
import { ShownValue } from "../../parts/shown-value.tsx";
import { ReadState } from "../../parts/states.tsx";

interface DeviceRowsProps {
  readonly gateway: GatewaySummary;
  /** Following the values of every device is for small districts only. */
  readonly areValuesShown: boolean;
}

/** The devices of one gateway, each with its way in. */
export function DeviceRows({ gateway, areValuesShown }: DeviceRowsProps): ReactNode {
  const { say, text } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, readings } = useDesk();
  useEffect(() => desk.watchDevices(gateway.id), [desk, gateway.id]);
  const devices = [...feed.devices.values()].map((entry) => entry.value).filter((one) => one.gatewayId === gateway.id);
  return (
    <ReadState
      reading={readings.get(`devices:${gateway.id}`)}
      isEmpty={devices.length === 0}
      empty={<span className="quiet">{say("overview.noDevices")}</span>}
      onAgain={desk.readAgain}
    >
      {devices.map((device) => (
        <div key={device.id} className="device-row">
          <Link to={{ page: "device", gatewayId: gateway.id, deviceId: device.id }}>{text(device.name)}</Link>
          <span className="state-mark" data-state={device.state}>
            {say(`onlineState.${device.state}`)}
          </span>
          {areValuesShown ? (
            <Glance device={device} isOld={gateway.state === "offline"} />
          ) : (
            <span className="quiet">{device.reason}</span>
          )}
        </div>
      ))}
    </ReadState>
  );
}

interface GlanceProps {
  readonly device: Device;
  readonly isOld: boolean;
}

/** A pump station in one line: how full the well is, and which pumps run. Other devices say why they are in trouble. */
function Glance({ device, isOld }: GlanceProps): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, connection } = useDesk();
  useEffect(
    () => desk.watchPoints({ gatewayId: device.gatewayId, deviceId: device.id }),
    [desk, device.gatewayId, device.id],
  );
  const station = stationOf(pointsOf(feed, deviceKey(device.gatewayId, device.id)));
  if (station === undefined) return <span className="quiet">{device.reason}</span>;
  const depthM = scaleDepthM(station.marks.map((mark) => mark.levelM));
  const share = station.level.kind === "good" ? levelShare(station.level.value, depthM) : 0;
  return (
    <span className={isOld || connection.kind === "lost" ? "glance is-old" : "glance"}>
      <span className="well-bar" aria-hidden="true">
        <i style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <ShownValue shown={station.level} />
      {station.pumps.map((pump) => (
        <span key={pump.id} className="pump-chip" data-state={pump.state}>
          {say("station.pump", { number: pump.number })} {say(`station.pump.${pump.state}`)}
        </span>
      ))}
    </span>
  );
}
