import type { ReactNode } from "react";

import type { Speech } from "../app/desk-context.tsx";
import { useSpeech } from "../app/desk-context.tsx";
import type { Compartment } from "../kinds/locker.ts";
import { Door } from "./door.tsx";

import "./locker-wall.css";

interface LockerWallProps {
  readonly compartments: readonly Compartment[];
  readonly isOld?: boolean;
  /** What happens when a door is pressed; absent where doors are only looked at. */
  readonly onDoor?: ((compartment: Compartment) => void) | undefined;
  /** The wall is one of several pictures on a page. */
  readonly isSmall?: boolean;
}

/** A locker wall from the front: every door with its number, how it stands, and whether something lies behind it. */
export function LockerWall({ compartments, isOld, onDoor, isSmall }: LockerWallProps): ReactNode {
  const speech = useSpeech();
  const classes = ["locker-wall", isSmall === true ? "is-small" : "", isOld === true ? "is-old" : ""].join(" ");
  const columns = columnsFor(compartments.length);
  return (
    <ul className={classes} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {compartments.map((compartment) => {
        const { number, state, occupied, canOpen } = compartment;
        const face = (
          <>
            <span className="door-number">{number}</span>
            <Door state={state} isOccupied={occupied === "on"} />
            <span className="door-word">{doorWord(compartment, speech)}</span>
          </>
        );
        const label = doorText(compartment, speech);
        return (
          <li key={number} data-state={state}>
            {onDoor === undefined || !canOpen ? (
              <div className="door" role="img" aria-label={label}>
                {face}
              </div>
            ) : (
              <button type="button" className="door" aria-label={label} onClick={() => onDoor(compartment)}>
                {face}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** As many doors beside one another as leave no gap in the last row, where that can be. */
function columnsFor(count: number): number {
  return [6, 5, 8, 4, 7].find((columns) => count % columns === 0) ?? 6;
}

/** In order and empty says nothing; everything else has its word. */
function doorWord({ state, occupied }: Compartment, { say }: Speech): string {
  if (state !== "closed") return say(`locker.door.${state}`);
  return occupied === "on" ? say("locker.occupied") : "";
}

/** A door in words, for those who hear the page. */
function doorText({ number, state, occupied }: Compartment, { say }: Speech): string {
  const parts = [say("locker.door", { number }), say(`locker.door.${state}`)];
  if (occupied === "on") parts.push(say("locker.occupied"));
  if (occupied === "off") parts.push(say("locker.empty"));
  return parts.join(" · ");
}
