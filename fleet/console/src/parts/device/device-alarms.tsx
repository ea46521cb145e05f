import type { ReactNode } from "react";

import type { DeviceRef } from "../../api/endpoints.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { AlarmList } from "../alarms/alarm-list.tsx";

interface DeviceAlarmsProps {
  readonly device: DeviceRef;
}

/** The open alarms of one device. */
export function DeviceAlarms({ device: { gatewayId, deviceId } }: DeviceAlarmsProps): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const alarms = openAlarms(feed).filter((alarm) => alarm.gatewayId === gatewayId && alarm.deviceId === deviceId);
  const waiting = alarms.filter(isUnacknowledged).length;
  return (
    <section className="panel" aria-label={say("device.alarms")}>
      <header>
        <h2>
          {say("device.alarms")} {waiting === 0 ? null : <span className="count">{waiting}</span>}
        </h2>
      </header>
      <AlarmList alarms={alarms} />
    </section>
  );
}
