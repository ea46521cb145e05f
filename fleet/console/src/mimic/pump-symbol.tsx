import type { ReactNode } from "react";

import { HEADER_Y, WELL } from "./geometry.ts";
import type { Pump } from "./station.ts";

interface PumpSymbolProps {
  readonly pump: Pump;
  readonly x: number;
}

/**
 * A submersible pump with its riser. State shows by shape and not by colour alone: a running pump is filled and turns, a
 * stopped one is hollow, a faulted one carries an exclamation mark, an unknown one a question mark.
 */
export function PumpSymbol({ pump, x }: PumpSymbolProps): ReactNode {
  const bodyY = WELL.bottom - 34;
  return (
    <g className="pump" data-state={pump.state} data-pace={pump.state === "running" ? "steady" : "still"}>
      <rect className="pipe" x={x - 7} y={HEADER_Y + 8} width={14} height={bodyY - HEADER_Y - 22} />
      {pump.state === "running" ? <path className="stream" d={`M ${x} ${bodyY - 14} V ${HEADER_Y}`} /> : null}
      <rect className="pump-foot" x={x - 20} y={WELL.bottom - 7} width={40} height={7} />
      <circle className="pump-body" cx={x} cy={bodyY} r={25} />
      {pump.state === "running" ? (
        <g transform={`translate(${x}, ${bodyY})`}>
          <path
            className="impeller"
            d="M 0 0 C 8 -4 10 -12 4 -18 M 0 0 C 8 4 17 4 18 -3 M 0 0 C 4 8 0 16 -6 17 M 0 0 C -8 4 -16 0 -17 -6 M 0 0 C -4 -8 -10 -14 -14 -11"
          />
        </g>
      ) : null}
      <text className="pump-sign" x={x} y={bodyY + 6}>
        {signOf(pump)}
      </text>
      <g transform={`translate(${x + 26}, ${bodyY - 26})`}>
        <circle className="pump-tag" r={10} />
        <text className="pump-number" y={4}>
          {pump.number}
        </text>
      </g>
    </g>
  );
}

function signOf(pump: Pump): string {
  switch (pump.state) {
    case "running":
    case "stopped":
      return "";
    case "fault":
      return "!";
    case "unavailable":
      return "×";
    case "unknown":
      return "?";
  }
}
