import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import { quantity } from "../i18n/format.ts";
import { graduationsM, GROUND_Y, levelY, spread, wavePath, WELL } from "./geometry.ts";
import type { Mark } from "./station.ts";

const WALL = 12;
const WIDTH = WELL.right - WELL.left;

interface WellProps {
  /** Metres; undefined where the level is not known. */
  readonly level: number | undefined;
  readonly depthM: number;
  readonly marks: readonly Mark[];
}

/** Walls, water, scale, and the levels at which something happens. */
export function Well({ level, depthM, marks }: WellProps): ReactNode {
  const top = GROUND_Y - 6;
  return (
    <g>
      <rect className="wall" x={WELL.left - WALL} y={top} width={WIDTH + 2 * WALL} height={WELL.bottom + WALL - top} />
      <rect className="air" x={WELL.left} y={top + 10} width={WIDTH} height={WELL.bottom - top - 10} />
      {level === undefined ? <UnknownWater /> : <Water y={levelY(level, depthM)} />}
      <Scale depthM={depthM} />
      <Marks marks={marks} depthM={depthM} />
    </g>
  );
}

interface WaterProps {
  readonly y: number;
}

function Water({ y }: WaterProps): ReactNode {
  const depth = WELL.bottom - y;
  return (
    <g clipPath="url(#well-inside)">
      <clipPath id="well-inside">
        <rect x={WELL.left} y={GROUND_Y + 4} width={WIDTH} height={WELL.bottom - GROUND_Y - 4} />
      </clipPath>
      <g className="water" style={{ transform: `translate(${WELL.left}px, ${y}px)` }}>
        <path className="waves" d={wavePath(WIDTH, Math.max(depth, 0) + 20)} />
      </g>
    </g>
  );
}

function UnknownWater(): ReactNode {
  return (
    <>
      <pattern id="unknown-hatch" width={10} height={10} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path className="hatch" d="M 0 0 V 10" />
      </pattern>
      <rect
        x={WELL.left}
        y={GROUND_Y + 4}
        width={WIDTH}
        height={WELL.bottom - GROUND_Y - 4}
        fill="url(#unknown-hatch)"
      />
    </>
  );
}

interface ScaleProps {
  readonly depthM: number;
}

function Scale({ depthM }: ScaleProps): ReactNode {
  const { language } = useSpeech();
  return (
    <g className="scale">
      {graduationsM(depthM).map((metres) => (
        <g key={metres} transform={`translate(${WELL.right}, ${levelY(metres, depthM)})`}>
          <path d="M -9 0 H 0" />
          <text x={WALL + 6} y={4}>
            {quantity(metres, language, "m")}
          </text>
        </g>
      ))}
      <text x={WELL.right + WALL + 6} y={WELL.bottom + 20}>
        m
      </text>
    </g>
  );
}

interface MarksProps {
  readonly marks: readonly Mark[];
  readonly depthM: number;
}

function Marks({ marks, depthM }: MarksProps): ReactNode {
  const { say, language } = useSpeech();
  // Drawn from the top down, as the labels are spread.
  const down = marks.toReversed();
  const ys = down.map((mark) => levelY(mark.levelM, depthM));
  const labelYs = spread(ys, 20, WELL.bottom);
  return (
    <g className="marks">
      {down.map((mark, index) => {
        const y = ys[index] ?? 0;
        const labelY = labelYs[index] ?? y;
        return (
          <g key={mark.kind} data-kind={mark.kind}>
            <path className="mark-line" d={`M ${WELL.left} ${y} H ${WELL.right}`} />
            <path className="mark-lead" d={`M ${WELL.right + 50} ${y} L ${WELL.right + 66} ${labelY} h 8`} />
            <text x={WELL.right + 80} y={labelY + 4}>
              {say(`station.mark.${mark.kind}`)} {quantity(mark.levelM, language, "m")} m
            </text>
          </g>
        );
      })}
    </g>
  );
}
