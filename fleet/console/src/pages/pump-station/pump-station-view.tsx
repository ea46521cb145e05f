import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import { StationTrend } from "../../chart/station-trend.tsx";
import { PokePanel } from "../../demo/poke-panel.tsx";
import { Mimic } from "../../mimic/mimic.tsx";
import type { Station } from "../../mimic/station.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";
import { Lamps } from "./lamps.tsx";
import { PumpCard } from "./pump-card.tsx";

import "./pump-station.css";

interface PumpStationViewProps extends DeviceViewProps {
  readonly station: Station;
}

/** A pump station as mimic, trend and lamps. */
export function PumpStationView({ device, station, points, zone, isOld }: PumpStationViewProps): ReactNode {
  const { say } = useSpeech();
  return (
    <div className="device-columns">
      <div className="device-left">
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
      <div className="device-right">
        <StationTrend device={device} station={station} points={points} zone={zone} isFollowed={!isOld} />
        <PokePanel device={device} />
        <DeviceAlarms device={device} />
      </div>
    </div>
  );
}
