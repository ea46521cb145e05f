import type { ReactNode } from "react";

import "./sign-board.css";

interface SignBoardProps {
  /** As they stand on the panel; none: it is dark. */
  readonly lines: readonly string[];
  readonly isEmergency: boolean;
  readonly label: string;
  /** Nobody knows what it shows. */
  readonly isUnknown?: boolean;
  readonly isOld?: boolean;
}

/** An electronic sign on its pole: amber on black as the real one, red while a warning stands. */
export function SignBoard({ lines, isEmergency, label, isUnknown, isOld }: SignBoardProps): ReactNode {
  return (
    <div className={isOld === true ? "sign-board is-old" : "sign-board"} role="img" aria-label={label}>
      <div className="sign-panel" data-emergency={isEmergency} data-unknown={isUnknown === true}>
        {isUnknown === true ? <p>?</p> : lines.map((line, index) => <p key={index}>{line === "" ? " " : line}</p>)}
      </div>
      <i className="sign-pole" aria-hidden="true" />
    </div>
  );
}
