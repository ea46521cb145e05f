import type { ReactNode } from "react";
import { useEffect, useMemo } from "react";

import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { TrendPanel } from "../../chart/trend-panel.tsx";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { deviceKey, pointsOf } from "../../live/feed.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { Mimic } from "../../mimic/mimic.tsx";
import { stationOf } from "../../mimic/station.ts";
import { AlarmList } from "../../parts/alarms/alarm-list.tsx";
import { Empty, ReadState } from "../../parts/states.tsx";
import { DemoWeather } from "./demo-weather.tsx";
import { DeviceHead } from "./device-head.tsx";
import { Lamps } from "./lamps.tsx";
import { PointTable } from "./point-table.tsx";
import { PumpCard } from "./pump-card.tsx";

import "./pump-station.css";

interface PumpStationPageProps {
  readonly gatewayId: string;
  readonly deviceId: string;
}

/** One device: a pump station as mimic, trend and lamps; any other device as its table of points. */
export function PumpStationPage({ gatewayId, deviceId }: PumpStationPageProps): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, readings, connection } = useDesk();
  const key = deviceKey(gatewayId, deviceId);
  useEffect(() => desk.watchDevices(gatewayId), [desk, gatewayId]);
  useEffect(() => desk.watchPoints({ gatewayId, deviceId }), [desk, gatewayId, deviceId]);

  const entries = feed.points.get(key);
  const points = useMemo(() => pointsOf(feed, key), [entries, key]);
  const station = useMemo(() => stationOf(points), [points]);
  const zone = zoneOf(feed, gatewayId);
  const alarms = openAlarms(feed).filter((alarm) => alarm.gatewayId === gatewayId && alarm.deviceId === deviceId);
  const isOld = connection.kind === "lost" || gatewayOf(feed, gatewayId)?.state === "offline";
  const device = useMemo(() => ({ gatewayId, deviceId }), [gatewayId, deviceId]);
  const table = <PointTable points={points} zone={zone} isOld={isOld} />;
  return (
    <>
      <DeviceHead gatewayId={gatewayId} deviceId={deviceId} />
      <ReadState
        reading={readings.get(`points:${key}`)}
        isEmpty={points.size === 0}
        empty={<Empty title={say("device.noPoints")} />}
        isPanel
        onAgain={desk.readAgain}
      >
        {station === undefined ? (
          table
        ) : (
          <>
            <div className="station-columns">
              <div className="station-left">
                <section className="panel" aria-label={say("station.mimic")}>
                  <Mimic station={station} isOld={isOld} />
                  <Lamps station={station} isOld={isOld} />
                </section>
                <div className="pump-cards">
                  {station.pumps.map((pump) => (
                    <PumpCard key={pump.id} pump={pump} isOld={isOld} />
                  ))}
                </div>
              </div>
              <div className="station-right">
                <TrendPanel device={device} station={station} points={points} zone={zone} isFollowed={!isOld} />
                <DemoWeather />
                <section className="panel" aria-label={say("device.alarms")}>
                  <header>
                    <h2>
                      {say("device.alarms")}{" "}
                      {alarms.some(isUnacknowledged) ? (
                        <span className="count">{alarms.filter(isUnacknowledged).length}</span>
                      ) : null}
                    </h2>
                  </header>
                  <AlarmList alarms={alarms} />
                </section>
              </div>
            </div>
            {table}
          </>
        )}
      </ReadState>
    </>
  );
}
