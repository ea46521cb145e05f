import type { ReactNode } from "react";

import { useSpeech, useSurroundings } from "../app/desk-context.tsx";
import { PALETTES } from "./draw/palette.ts";
import { TrendFrame } from "./trend-frame.tsx";
import type { TrendSubject } from "./use-station-trend.ts";
import { useStationTrend } from "./use-station-trend.ts";
import { useTimeWindow } from "./use-time-view.ts";

/** Level, flows and pumps over time: the last minutes live, or any stretch of the past. */
export function StationTrend(subject: TrendSubject): ReactNode {
  const { say } = useSpeech();
  const { scheme } = useSurroundings();
  const time = useTimeWindow();
  const trend = useStationTrend(subject, time);
  const palette = PALETTES[scheme];
  const legend = [
    { color: palette.level, label: say("chart.level") },
    { color: palette.inflow, label: say("station.inflow") },
    { color: palette.outflow, label: say("station.outflow") },
  ];
  return <TrendFrame title={say("chart.title")} time={time} trend={trend} zone={subject.zone} legend={legend} />;
}
