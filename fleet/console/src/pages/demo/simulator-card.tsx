import type { ReactNode } from "react";

import type { Alarm, DemoSimulator } from "../../../../api/schemas.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { PokeButtons } from "../../demo/poke-buttons.tsx";
import { SitePicture } from "../../demo/site-picture.tsx";
import type { DemoHandle } from "../../demo/use-demo.ts";
import { isUnacknowledged } from "../../live/alarms.ts";
import { deviceKey } from "../../live/feed.ts";
import { gatewayOf } from "../../live/names.ts";
import { Priority } from "../../parts/alarms/alarm-marks.tsx";

interface SimulatorCardProps {
  readonly simulator: DemoSimulator;
  readonly gatewayId: string;
  /** Its open alarms, the most urgent first. */
  readonly alarms: readonly Alarm[];
  readonly pull: DemoHandle["pull"];
  /** What its picture can be used for. */
  readonly hint?: string | undefined;
  /** What else can be done to it. */
  readonly children?: ReactNode;
}

/** One device of the site: its picture, what can be done to it, and what the desk knows of it. */
export function SimulatorCard({ simulator, gatewayId, alarms, pull, hint, children }: SimulatorCardProps): ReactNode {
  const { say, text } = useSpeech();
  const { feed } = useDesk();
  const { id } = simulator;
  const device = feed.devices.get(deviceKey(gatewayId, id))?.value;
  const name = device === undefined ? id : text(device.name);
  const isOld = gatewayOf(feed, gatewayId)?.state === "offline";
  const [first] = alarms;
  return (
    <section className="panel simulator" aria-label={name} data-simulator={id} data-kind={simulator.kind}>
      <header>
        <h2>
          {name} {hint === undefined ? null : <small className="quiet">{hint}</small>}
        </h2>
        <Link to={{ page: "device", gatewayId, deviceId: id }} label={`${say("demo.details")}: ${name}`}>
          {say("demo.details")} ›
        </Link>
      </header>
      <div className="simulator-picture">
        <SitePicture simulator={simulator} pull={pull} />
      </div>
      <div className="simulator-levers">
        <PokeButtons simulator={simulator} pull={pull} />
        {children}
      </div>
      <p className={isOld ? "simulator-desk quiet is-old" : "simulator-desk quiet"}>
        {first === undefined ? (
          say("demo.desk.sees", { what: say("demo.desk.seesNothing") })
        ) : (
          <>
            <Priority priority={first.priority} isUnacknowledged={isUnacknowledged(first)} /> {text(first.message)}
          </>
        )}
      </p>
    </section>
  );
}
