import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import type { StationState } from "../demo/site-state.ts";
import { quantity } from "../i18n/format.ts";

import "./small-station.css";

interface SmallStationProps {
  readonly station: StationState;
}

/** Inside of the well in the drawing's own units. */
const WELL = { left: 72, right: 212, top: 52, bottom: 168 } as const;
/** The well overflows here. */
const BRIM_M = 5;

/** A pump station in the size of a card: rain, water, two pumps, the siren on its pole. */
export function SmallStation({ station }: SmallStationProps): ReactNode {
  const { say, language } = useSpeech();
  const { levelM, siren, pumps, stormLeftMs, isOverflowing } = station;
  const share = Math.min(1, Math.max(0, levelM / BRIM_M));
  const y = WELL.bottom - share * (WELL.bottom - WELL.top);
  const level = `${quantity(levelM, language, "m")} m`;
  const label = [
    `${say("station.level")} ${level}`,
    say(siren.isOn ? "station.lamp.siren" : "station.lamp.sirenOff"),
    ...pumps.map((pump, index) => `${say("station.pump", { number: index + 1 })} ${say(pumpWord(pump))}`),
  ].join("; ");
  return (
    <svg className="small-station" viewBox="0 0 330 180" role="img" aria-label={label} data-siren={siren.isOn}>
      {stormLeftMs > 0 ? <Rain /> : null}
      <rect className="soil" x={0} y={44} width={330} height={136} />
      <rect className="wall" x={WELL.left - 8} y={38} width={WELL.right - WELL.left + 16} height={138} />
      <rect className="air" x={WELL.left} y={44} width={WELL.right - WELL.left} height={WELL.bottom - 44} />
      <rect
        className={isOverflowing ? "water is-over" : "water"}
        x={WELL.left}
        width={WELL.right - WELL.left}
        style={{ transform: `translateY(${y}px)` }}
        height={WELL.bottom - y}
      />
      <rect className="pipe" x={0} y={92} width={WELL.left - 8} height={14} />
      {pumps.slice(0, 2).map((pump, index) => (
        <g key={index} transform={`translate(${108 + index * 66}, 150)`} data-pump={pumpState(pump)}>
          <path className="riser" d="M 0 -14 V -112" />
          <circle r={14} />
          <text y={5} textAnchor="middle">
            {index + 1}
          </text>
        </g>
      ))}
      <path className="riser is-main" d="M 108 38 H 330" />
      <g className="siren" transform="translate(30, 20)">
        <path className="pole" d="M 0 6 V 24" />
        <path d="M -9 6 A 9 9 0 0 1 9 6 Z" />
        <path className="sound" d="M -14 -6 a 14 14 0 0 0 0 14 M 14 -6 a 14 14 0 0 1 0 14" />
      </g>
      <text className="figure" x={228} y={96}>
        {level}
      </text>
      <text className="caption" x={228} y={114}>
        {say(siren.isOn ? "station.lamp.siren" : "chart.level")}
      </text>
    </svg>
  );
}

function Rain(): ReactNode {
  const drops = Array.from({ length: 14 }, (_, index) => `M ${14 + index * 23} ${2 + (index % 3) * 7} l -5 14`);
  return <path className="rain" d={drops.join(" ")} />;
}

function pumpState({ isRunning, isTripped }: StationState["pumps"][number]): "fault" | "running" | "stopped" {
  if (isTripped) return "fault";
  return isRunning ? "running" : "stopped";
}

function pumpWord(
  pump: StationState["pumps"][number],
): "station.pump.fault" | "station.pump.running" | "station.pump.stopped" {
  return `station.pump.${pumpState(pump)}`;
}
