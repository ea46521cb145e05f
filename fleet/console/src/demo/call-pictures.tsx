import type { ReactNode } from "react";
import { useState } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import type { Indication } from "../kinds/call-point.ts";
import { CallButton } from "../pictures/call-button.tsx";

import "./call-pictures.css";

interface ButtonPictureProps {
  /** What its light shows to whoever pressed. */
  readonly led: Indication;
  readonly battery: number;
  readonly isSilent: boolean;
}

/** A call button with its light: by it whoever pressed knows how far the call has come. */
export function ButtonPicture({ led, battery, isSilent }: ButtonPictureProps): ReactNode {
  const { say } = useSpeech();
  const isCalling = led === "raised" || led === "delivered";
  const light = say(`call.light.${led}`);
  return (
    <div className="call-picture">
      <CallButton call={isCalling ? "on" : "off"} indication={led} shape="button" label={light} isOld={isSilent} />
      <div>
        <p data-led={led}>{light}</p>
        <p className="quiet">
          {say("call.battery")} {battery} %{isSilent ? ` · ${say("demo.silent")}` : ""}
        </p>
      </div>
    </div>
  );
}

interface PendantPictureProps {
  readonly takenCount: number;
  readonly waitingCount: number;
  readonly isSilent: boolean;
}

/** For so many looks after the gateway has taken a message it is shown that it did. */
const SHOWN_FOR_MS = 12_000;

/** A pendant and its panel: the panel repeats each message until the gateway has it on disk and says so. */
export function PendantPicture({ takenCount, waitingCount, isSilent }: PendantPictureProps): ReactNode {
  const { say } = useSpeech();
  const [seen, setSeen] = useState({ takenCount, atMs: 0 });
  if (seen.takenCount !== takenCount) setSeen({ takenCount, atMs: Date.now() });
  const isJustTaken = Date.now() - seen.atMs < SHOWN_FOR_MS;
  const indication = waitingCount > 0 ? "raised" : isJustTaken ? "delivered" : "off";
  const told = say("demo.pendant.told", { taken: takenCount, waiting: waitingCount });
  return (
    <div className="call-picture">
      <CallButton
        call={indication === "off" ? "off" : "on"}
        indication={indication}
        shape="pendant"
        label={told}
        isOld={isSilent}
      />
      <p className="quiet">
        {told}
        {isSilent ? ` · ${say("demo.silent")}` : ""}
      </p>
    </div>
  );
}
