import type { ReactNode } from "react";

import type { DoorState } from "../kinds/locker.ts";

interface DoorProps {
  readonly state: DoorState;
  readonly isOccupied: boolean;
}

/** One door as a drawing of 64 × 48: shut with its handle, or swung open with what lies behind it. */
export function Door({ state, isOccupied }: DoorProps): ReactNode {
  const isOpen = state === "open" || state === "left-open" || state === "forced";
  return (
    <svg className="door-drawing" viewBox="0 0 64 48" aria-hidden="true">
      <rect className="door-frame" x={1.5} y={1.5} width={61} height={45} rx={2} />
      {isOpen ? (
        <OpenDoor isOccupied={isOccupied} />
      ) : (
        <ShutDoor isUnknown={state === "unknown"} isOccupied={isOccupied} />
      )}
      <DoorSign state={state} />
    </svg>
  );
}

interface ShutDoorProps {
  readonly isUnknown: boolean;
  readonly isOccupied: boolean;
}

function ShutDoor({ isUnknown, isOccupied }: ShutDoorProps): ReactNode {
  return (
    <>
      <rect className={isUnknown ? "door-leaf is-unknown" : "door-leaf"} x={5} y={5} width={54} height={38} rx={1} />
      {isUnknown ? null : <path className="door-handle" d="M 53 19 v 10" />}
      {isOccupied && !isUnknown ? <Parcel x={16} y={14} /> : null}
    </>
  );
}

interface OpenDoorProps {
  readonly isOccupied: boolean;
}

/** The leaf hangs at the left and comes towards the viewer. */
function OpenDoor({ isOccupied }: OpenDoorProps): ReactNode {
  return (
    <>
      <rect className="door-inside" x={5} y={5} width={54} height={38} />
      {isOccupied ? <Parcel x={27} y={20} /> : null}
      <path className="door-swung" d="M 5 5 L 21 1 V 47 L 5 43 Z" />
      <path className="door-handle" d="M 18 20 v 8" />
    </>
  );
}

interface ParcelProps {
  readonly x: number;
  readonly y: number;
}

function Parcel({ x, y }: ParcelProps): ReactNode {
  return (
    <g className="parcel" transform={`translate(${x}, ${y})`}>
      <rect width={27} height={20} rx={1} />
      <path d="M 0 7 H 27 M 13.5 0 V 7" />
    </g>
  );
}

interface DoorSignProps {
  readonly state: DoorState;
}

/** What is not in order, as a shape of its own beside its colour. */
function DoorSign({ state }: DoorSignProps): ReactNode {
  switch (state) {
    case "forced":
      return <path className="door-sign" d="M 46 8 l -7 14 h 8 l -5 16 l 15 -20 h -8 l 6 -10 z" />;
    case "left-open":
      return (
        <g className="door-sign is-line">
          <circle cx={46} cy={24} r={10} />
          <path d="M 46 18 v 6 l 5 3" />
        </g>
      );
    case "failed":
      return <path className="door-sign is-line" d="M 23 15 l 18 18 M 41 15 l -18 18" />;
    case "unknown":
      return (
        <text className="door-query" x={32} y={31} textAnchor="middle">
          ?
        </text>
      );
    case "closed":
    case "open":
      return null;
  }
}
