import { Button } from "antd";
import type { ReactNode } from "react";

import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { PokePanel } from "../../demo/poke-panel.tsx";
import type { ChargingSite } from "../../kinds/charging-site.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";
import { ConnectorList } from "./connector-list.tsx";
import { PhaseBar } from "./phase-bar.tsx";
import { SharingPanel } from "./sharing-panel.tsx";

import "./charging-site.css";

interface ChargingSiteViewProps extends DeviceViewProps {
  readonly site: ChargingSite;
}

/** One supply: what each phase carries, what each connector may draw, and the switch that stops them all. */
export function ChargingSiteView({ device, site, isOld }: ChargingSiteViewProps): ReactNode {
  const { say } = useSpeech();
  const { charging, phases } = site;
  return (
    <div className="device-columns">
      <div className="device-left">
        <section className="panel supply" aria-label={say("chargingSite.title")}>
          <header>
            <h2>{say("chargingSite.title")}</h2>
            <span className="quiet">
              {charging.kind === "good" ? say("chargingSite.charging", { count: charging.value }) : null}
            </span>
          </header>
          <div className={isOld ? "body is-old" : "body"}>
            {site.stop === "on" ? (
              <p className="supply-stopped" role="status">
                {say("chargingSite.stopped")}
              </p>
            ) : null}
            <Legend />
            {phases.map((phase) => (
              <PhaseBar key={phase.name} phase={phase} />
            ))}
          </div>
          <footer className="supply-tools">
            <StopSwitch device={device} site={site} />
          </footer>
        </section>
        <SharingPanel gatewayId={device.gatewayId} site={site} isOld={isOld} />
        <ConnectorList gatewayId={device.gatewayId} isOld={isOld} />
      </div>
      <div className="device-right">
        <PokePanel device={device} />
        <DeviceAlarms device={device} />
      </div>
    </div>
  );
}

/** How the bars are to be read: by pattern and line, not by colour alone. */
function Legend(): ReactNode {
  const { say } = useSpeech();
  return (
    <ul className="supply-legend">
      {(["metered", "exposed", "available", "limit"] as const).map((what) => (
        <li key={what}>
          <i data-what={what} aria-hidden="true" />
          {say(`chargingSite.${what}`)}
        </li>
      ))}
    </ul>
  );
}

function StopSwitch({ device, site: { stop, canStop } }: Pick<ChargingSiteViewProps, "device" | "site">): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  if (!canStop) return null;
  const isStopped = stop === "on";
  const name = isStopped ? "chargingSite.resume" : "chargingSite.stop";
  return (
    <Button
      danger={!isStopped}
      type={isStopped ? "primary" : "default"}
      role="switch"
      aria-checked={isStopped}
      aria-label={say("chargingSite.stop")}
      onClick={() =>
        setOrdering({
          ...device,
          title: say(name),
          explain: say(`${name}.explain`),
          act: { kind: "write", pointId: "stop", value: isStopped ? 0 : 1, isHazardous: false },
        })
      }
    >
      {say(name)}
    </Button>
  );
}
