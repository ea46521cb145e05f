import type { ReactNode } from "react";
import { useEffect } from "react";

import type { GatewaySummary } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { ReadState } from "../../parts/states.tsx";
import { Glance } from "./glance.tsx";

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
