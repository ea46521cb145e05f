import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import type { Shown } from "../live/shown.ts";
import { ShownValue, useShownText } from "../parts/shown-value.tsx";

import "./mimic.css";
import { Cabinet, LevelFloat, Siren } from "./gear.tsx";
import { GROUND_Y, HEADER_Y, HEIGHT, INLET_Y, levelY, paceOf, pumpX, scaleDepthM, WELL, WIDTH } from "./geometry.ts";
import { PumpSymbol } from "./pump-symbol.tsx";
import type { Station } from "./station.ts";
import { Well } from "./well.tsx";

interface MimicProps {
  readonly station: Station;
  /** Values are from before the connection was lost: drawn grey and still. */
  readonly isOld: boolean;
}

/** The pump station in cross-section, moved by live values: water, pumps, pipes, float and siren. */
export function Mimic({ station, isOld }: MimicProps): ReactNode {
  const { say } = useSpeech();
  const textOf = useShownText();
  const depthM = scaleDepthM(station.marks.map((mark) => mark.levelM));
  const level = station.level.kind === "good" ? station.level.value : undefined;
  const surfaceY = level === undefined ? undefined : levelY(level, depthM);
  const pumps = station.pumps.map(
    (pump) => `${say("station.pump", { number: pump.number })} ${say(`station.pump.${pump.state}`)}`,
  );
  const description = say("station.described", {
    level: textOf(station.level),
    inflow: textOf(station.inflow),
    outflow: textOf(station.outflow),
    pumps: pumps.join(", "),
  });
  return (
    <svg
      className={isOld ? "mimic is-old" : "mimic"}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={description}
    >
      <Ground />
      <Well level={level} depthM={depthM} marks={station.marks} />
      <Inlet flow={station.inflow} surfaceY={surfaceY} />
      <Outlet flow={station.outflow} firstX={pumpX(0, station.pumps.length)} />
      {station.pumps.map((pump, index) => (
        <PumpSymbol key={pump.id} pump={pump} x={pumpX(index, station.pumps.length)} />
      ))}
      <LevelFloat contact={station.float} y={levelY(station.marks.at(-1)?.levelM ?? depthM * 0.9, depthM)} />
      <Siren contact={station.siren} />
      <Cabinet mainsFail={station.mainsFail} />
      <Figure x={24} y={146} label={say("station.inflow")} shown={station.inflow} />
      <Figure x={650} y={76} label={say("station.outflow")} shown={station.outflow} />
      <Figure x={24} y={258} label={say("station.level")} shown={station.level} isLarge />
    </svg>
  );
}

function Ground(): ReactNode {
  return (
    <>
      <rect className="soil" x={0} y={GROUND_Y} width={WIDTH} height={HEIGHT - GROUND_Y} />
      <path className="soil-line" d={`M 0 ${GROUND_Y} H ${WIDTH}`} />
    </>
  );
}

interface InletProps {
  readonly flow: Shown;
  readonly surfaceY: number | undefined;
}

function Inlet({ flow, surfaceY }: InletProps): ReactNode {
  const pace = paceOf(flow.kind === "good" ? flow.value : undefined);
  const fallTo = Math.max(INLET_Y + 8, surfaceY ?? WELL.bottom);
  return (
    <g data-pace={pace}>
      <rect className="pipe" x={-4} y={INLET_Y - 13} width={WELL.left + 6} height={26} />
      {pace === "still" ? null : (
        <>
          <rect className="pipe-water" x={-4} y={INLET_Y} width={WELL.left + 8} height={11} />
          <path className="stream" d={`M 0 ${INLET_Y + 5} H ${WELL.left}`} />
          {fallTo > INLET_Y + 14 ? (
            <path
              className="fall"
              d={`M ${WELL.left} ${INLET_Y + 1} q 15 1 17 ${Math.min(24, fallTo - INLET_Y)} V ${fallTo} h -9 V ${INLET_Y + 24} q -1 -12 -8 -13 z`}
            />
          ) : null}
        </>
      )}
    </g>
  );
}

interface OutletProps {
  readonly flow: Shown;
  readonly firstX: number;
}

function Outlet({ flow, firstX }: OutletProps): ReactNode {
  const pace = paceOf(flow.kind === "good" ? flow.value : undefined);
  return (
    <g data-pace={pace}>
      <rect className="pipe" x={firstX - 8} y={HEADER_Y - 8} width={WIDTH - firstX + 12} height={16} />
      {pace === "still" ? null : <path className="stream" d={`M ${firstX} ${HEADER_Y} H ${WIDTH}`} />}
      <path className="arrow" d={`M ${WIDTH - 40} ${HEADER_Y - 4} l 9 4 l -9 4 z`} />
    </g>
  );
}

interface FigureProps {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly shown: Shown;
  readonly isLarge?: boolean;
}

function Figure({ x, y, label, shown, isLarge }: FigureProps): ReactNode {
  if (shown.kind === "absent") return null;
  // HTML inside the picture, because its text wraps and its reasons for a missing value look as everywhere else.
  return (
    <foreignObject x={x} y={y - 34} width={200} height={isLarge === true ? 80 : 56}>
      <div className={isLarge === true ? "figure is-large" : "figure"}>
        <span>{label}</span>
        <ShownValue shown={shown} />
      </div>
    </foreignObject>
  );
}
