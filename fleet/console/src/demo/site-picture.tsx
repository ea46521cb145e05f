import type { ReactNode } from "react";

import type { DemoSimulator } from "../../../api/schemas.ts";
import { useSpeech } from "../app/desk-context.tsx";
import { SmallStation } from "../pictures/small-station.tsx";
import { siteStateOf } from "./site-state.ts";

interface SitePictureProps {
  readonly simulator: DemoSimulator;
}

/** A simulated device as it really stands at the site, whatever the desk can hear of it. */
export function SitePicture({ simulator }: SitePictureProps): ReactNode {
  const { say } = useSpeech();
  const state = siteStateOf(simulator);
  if (state === undefined) return <p className="site-picture is-away">{say("demo.away")}</p>;
  switch (state.kind) {
    case "station":
      return <SmallStation station={state.station} />;
    case "other":
      return <p className="site-picture is-away">{say("demo.running")}</p>;
  }
}
