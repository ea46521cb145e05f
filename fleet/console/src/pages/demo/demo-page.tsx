import type { ReactNode } from "react";
import { useEffect } from "react";

import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { useDemo } from "../../demo/use-demo.ts";
import { openAlarms } from "../../live/alarms.ts";
import { AlarmList } from "../../parts/alarms/alarm-list.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { PickUp } from "./pick-up.tsx";
import { SimulatorCard } from "./simulator-card.tsx";
import { UplinkStrip } from "./uplink-strip.tsx";

import "./demo.css";

const LOOK_EVERY_MS = 1_000;
const ALARMS_SHOWN = 12;

/** The whole simulated site on one screen: every device with its levers, the uplink with its switch, the alarms. */
export function DemoPage(): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { feed } = useDesk();
  const { demo, site, error, pull } = useDemo(LOOK_EVERY_MS);
  const gatewayId = site?.gateway.id;
  useEffect(() => (gatewayId === undefined ? undefined : desk.watchDevices(gatewayId)), [desk, gatewayId]);
  if (demo?.isAvailable === false) return <Empty title={say("demo.none")} hint={say("demo.none.hint")} />;
  if (site === undefined) {
    const state = error === undefined ? <Loading /> : <Failed error={error} onAgain={() => window.location.reload()} />;
    return <section className="panel">{state}</section>;
  }
  const alarms = openAlarms(feed).filter((alarm) => alarm.gatewayId === site.gateway.id);
  return (
    <>
      <div className="page-head">
        <h1>{say("demo.title")}</h1>
        <p className="quiet demo-explain">{say("demo.explain")}</p>
      </div>
      <UplinkStrip site={site} pull={pull} />
      <div className="demo-columns">
        <div className="demo-site">
          {site.simulators.map((simulator) => (
            <SimulatorCard
              key={simulator.id}
              simulator={simulator}
              gatewayId={site.gateway.id}
              alarms={alarms.filter(({ deviceId }) => deviceId === simulator.id)}
              pull={pull}
              hint={simulator.kind === "locker" ? say("demo.locker.hint") : undefined}
            >
              {site.pickUpCode?.deviceId === simulator.id ? (
                <PickUp gatewayId={site.gateway.id} pickUp={site.pickUpCode} />
              ) : null}
            </SimulatorCard>
          ))}
        </div>
        <section className="panel demo-alarms" aria-label={say("demo.latest")}>
          <header>
            <h2>{say("demo.latest")}</h2>
          </header>
          {site.uplink.isCut ? (
            <p className="banner">
              {say("demo.latest.cut")}
              <a href={site.gateway.pageUrl} target="_blank" rel="noreferrer">
                {say("demo.gateway.page")}
              </a>
            </p>
          ) : null}
          <AlarmList alarms={alarms.slice(0, ALARMS_SHOWN)} />
        </section>
      </div>
    </>
  );
}
