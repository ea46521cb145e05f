import type { ReactNode } from "react";

import type { DemoSimulator } from "../../../api/schemas.ts";
import { useSpeech } from "../app/desk-context.tsx";
import type { Compartment } from "../kinds/locker.ts";
import { LockerWall } from "../pictures/locker-wall.tsx";
import { SignBoard } from "../pictures/sign-board.tsx";
import { SmallStation } from "../pictures/small-station.tsx";
import { ButtonPicture, PendantPicture } from "./call-pictures.tsx";
import { ChargersPicture } from "./chargers-picture.tsx";
import { FirePicture } from "./fire-picture.tsx";
import { siteStateOf } from "./site-state.ts";
import type { DemoHandle } from "./use-demo.ts";

interface SitePictureProps {
  readonly simulator: DemoSimulator;
  /** Where given, doors can be forced, emptied and shut by pressing them. */
  readonly pull?: DemoHandle["pull"];
}

/** A simulated device as it really stands at the site, whatever the desk can hear of it. */
export function SitePicture({ simulator, pull }: SitePictureProps): ReactNode {
  const { say } = useSpeech();
  const state = siteStateOf(simulator);
  if (state === undefined) return <p className="site-picture is-away">{say("demo.away")}</p>;
  switch (state.kind) {
    case "station":
      return <SmallStation station={state.station} />;
    case "locker": {
      const onDoor =
        pull === undefined
          ? undefined
          : (door: Compartment): void => {
              // What went wrong shows: the door does not move.
              pressDoor(door, (lever, body) => pull(simulator.id, lever, body)).catch(() => {});
            };
      return <LockerWall compartments={state.compartments} onDoor={onDoor} isSmall />;
    }
    case "button":
      return <ButtonPicture led={state.led} battery={state.battery} isSilent={state.isSilent} />;
    case "pendant":
      return <PendantPicture {...state} />;
    case "sign":
      return (
        <SignBoard
          lines={state.lines}
          isEmergency={state.isEmergency}
          label={state.lines.length === 0 ? say("sign.dark") : state.lines.join(" ")}
        />
      );
    case "chargers":
      return <ChargersPicture {...state.chargers} />;
    case "fire-panel":
      return <FirePicture isBurning={state.isBurning} />;
    case "other":
      return <p className="site-picture is-away">{say("demo.running")}</p>;
  }
}

/** What somebody at the wall does to a door: forces it, or takes what lies in it and shuts it. */
async function pressDoor(
  { number, state, occupied }: Compartment,
  pull: (lever: string, body: object) => Promise<void>,
): Promise<void> {
  const door = { door: number };
  if (state !== "open") return await pull("pry", door);
  if (occupied === "on") await pull("parcel", { ...door, isIn: false });
  await pull("close", door);
}
