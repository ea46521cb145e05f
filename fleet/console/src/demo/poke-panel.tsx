import type { ReactNode } from "react";

import type { DeviceRef } from "../api/endpoints.ts";
import { useSpeech } from "../app/desk-context.tsx";
import { Link } from "../app/router.tsx";
import { PokeButtons } from "./poke-buttons.tsx";
import { SitePicture } from "./site-picture.tsx";
import { useDemo } from "./use-demo.ts";

interface PokePanelProps {
  readonly device: DeviceRef;
}

const LOOK_EVERY_MS = 2_000;

/** On a device's page: the levers of the simulator that stands for it, where there is one. */
export function PokePanel({ device }: PokePanelProps): ReactNode {
  const { say } = useSpeech();
  const { site, pull } = useDemo(LOOK_EVERY_MS);
  const simulator = site?.simulators.find(({ id }) => id === device.deviceId);
  if (site === undefined || simulator === undefined || site.gateway.id !== device.gatewayId) return null;
  return (
    <section className="panel" aria-label={say("demo.title")}>
      <header>
        <h2>{say("demo.poke")}</h2>
        <Link to={{ page: "demo" }}>{say("demo.toPage")}</Link>
      </header>
      <div className="body poke-panel">
        {site.uplink.isCut ? <p className="banner">{say("demo.isCut.short")}</p> : null}
        <SitePicture simulator={simulator} />
        <PokeButtons simulator={simulator} pull={pull} />
      </div>
    </section>
  );
}
