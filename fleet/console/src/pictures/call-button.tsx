import type { ReactNode } from "react";

import type { CallPoint } from "../kinds/call-point.ts";

import "./call-button.css";

interface CallButtonProps {
  readonly call: CallPoint["call"];
  readonly indication: CallPoint["indication"];
  /** What it looks like; a pendant hangs on a cord. */
  readonly shape: "button" | "pendant";
  readonly label: string;
  readonly isOld?: boolean;
}

/** An emergency button or pendant: red only while it calls; the ring of light flashes as the real one does. */
export function CallButton({ call, indication, shape, label, isOld }: CallButtonProps): ReactNode {
  return (
    <svg
      className={isOld === true ? "call-button is-old" : "call-button"}
      viewBox="0 0 160 160"
      role="img"
      aria-label={label}
      data-call={call}
      data-light={indication}
    >
      {shape === "pendant" ? (
        <path className="call-cord" d="M 44 0 C 46 22 66 30 80 34 C 94 30 114 22 116 0" />
      ) : (
        <>
          <rect className="call-plate" x={14} y={14} width={132} height={132} rx={14} />
          {[27, 133].flatMap((x) =>
            [27, 133].map((y) => <circle key={`${x}${y}`} className="call-screw" cx={x} cy={y} r={3} />),
          )}
        </>
      )}
      {shape === "pendant" ? <rect className="call-plate" x={36} y={34} width={88} height={118} rx={40} /> : null}
      <circle className="call-light" cx={80} cy={shape === "pendant" ? 88 : 80} r={shape === "pendant" ? 34 : 46} />
      <circle className="call-knob" cx={80} cy={shape === "pendant" ? 88 : 80} r={shape === "pendant" ? 27 : 37} />
      <text className="call-sos" x={80} y={shape === "pendant" ? 94 : 87} textAnchor="middle">
        {call === "unknown" ? "?" : "SOS"}
      </text>
    </svg>
  );
}
