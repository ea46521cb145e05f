import type { ReactNode } from "react";

import type { Contact } from "../live/shown.ts";
import { GROUND_Y, WELL } from "./geometry.ts";

interface ContactProps {
  readonly contact: Contact;
}

/** The siren on its pole: sound waves spread while it is on. */
export function Siren({ contact }: ContactProps): ReactNode {
  if (contact === "absent") return null;
  return (
    <g className="siren" data-contact={contact} transform={`translate(150, ${GROUND_Y})`}>
      <path className="pole" d="M 0 0 V -34" />
      <path className="siren-body" d="M -12 -36 h 24 v -8 a 12 14 0 0 0 -24 0 z" />
      {contact === "on" ? (
        <>
          <path className="ring" d="M 20 -60 a 22 22 0 0 1 0 26 M -20 -60 a 22 22 0 0 0 0 26" />
          <path className="ring is-second" d="M 29 -67 a 34 34 0 0 1 0 40 M -29 -67 a 34 34 0 0 0 0 40" />
        </>
      ) : null}
      {contact === "unknown" ? (
        <text className="gear-sign" x={0} y={-40}>
          ?
        </text>
      ) : null}
    </g>
  );
}

interface CabinetProps {
  readonly mainsFail: Contact;
}

/** The control cabinet: its bolt is struck through when the mains fail. */
export function Cabinet({ mainsFail }: CabinetProps): ReactNode {
  return (
    <g className="cabinet" data-contact={mainsFail} transform={`translate(${WELL.right + 34}, ${GROUND_Y - 52})`}>
      <rect x={0} y={0} width={38} height={52} rx={2} />
      <path className="bolt" d="M 21 10 l -9 17 h 7 l -2 14 l 10 -18 h -7 l 3 -13 z" />
      {mainsFail === "on" ? <path className="struck" d="M 5 44 L 33 8" /> : null}
      {mainsFail === "unknown" ? (
        <text className="gear-sign" x={19} y={-5}>
          ?
        </text>
      ) : null}
    </g>
  );
}

interface FloatProps extends ContactProps {
  /** Where the float hangs. */
  readonly y: number;
}

/** The high-level float on its cable: it tips over when the water lifts it. */
export function LevelFloat({ contact, y }: FloatProps): ReactNode {
  if (contact === "absent") return null;
  const x = WELL.left + 34;
  return (
    <g className="float" data-contact={contact}>
      <path className="cable" d={`M ${x} ${GROUND_Y + 4} V ${y - 16}`} />
      <g transform={`translate(${x}, ${y - 16})`}>
        <g className="float-body">
          <path d="M -3 0 h 6 l 5 9 v 14 a 8 6 0 0 1 -16 0 v -14 z" />
        </g>
      </g>
    </g>
  );
}
