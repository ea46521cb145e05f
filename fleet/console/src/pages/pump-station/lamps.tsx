import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import type { TextKey } from "../../i18n/catalogue.ts";
import type { Contact } from "../../live/shown.ts";
import type { Station } from "../../mimic/station.ts";

interface LampsProps {
  readonly station: Station;
  readonly isOld: boolean;
}

/** Which sentence a contact lights, and whether `on` is something to worry about. */
const LAMPS = [
  { contact: "siren", on: "station.lamp.siren", off: "station.lamp.sirenOff", onIs: "alarm" },
  { contact: "float", on: "station.lamp.float", off: "station.lamp.floatOff", onIs: "alarm" },
  { contact: "overflow", on: "station.lamp.overflow", off: "station.lamp.overflowOff", onIs: "alarm" },
  { contact: "mainsFail", on: "station.lamp.mainsFail", off: "station.lamp.mains", onIs: "alarm" },
  { contact: "remoteMode", on: "station.lamp.remote", off: "station.lamp.local", onIs: "fine" },
  { contact: "doorOpen", on: "station.lamp.door", off: "station.lamp.doorOff", onIs: "notable" },
  { contact: "gatewayLost", on: "station.lamp.gatewayLost", off: "station.lamp.gateway", onIs: "alarm" },
] as const satisfies readonly {
  contact: keyof Station;
  on: TextKey;
  off: TextKey;
  onIs: "alarm" | "notable" | "fine";
}[];

/** The station's contacts as a row of lamps: quiet in order, filled with colour and a sign when not. */
export function Lamps({ station, isOld }: LampsProps): ReactNode {
  const { say } = useSpeech();
  return (
    <ul className={isOld ? "lamps is-old" : "lamps"}>
      {LAMPS.map(({ contact, on, off, onIs }) => {
        const state: Contact = station[contact];
        if (state === "absent") return null;
        // In local mode the desk can order nothing, which people must notice although it is no alarm.
        const mood = state === "unknown" ? "unknown" : (state === "on") === (onIs === "fine") ? "fine" : onIs;
        return (
          <li key={contact} data-mood={mood === "fine" ? "fine" : mood}>
            {state === "unknown" ? say("station.lamp.unknown", { what: say(off) }) : say(state === "on" ? on : off)}
          </li>
        );
      })}
    </ul>
  );
}
