import type { EChartsCoreOption } from "echarts/core";

import type { Mark } from "../../mimic/station.ts";
import type { Sample } from "../data/trace.ts";
import type { Palette } from "./palette.ts";
import type { Sheet } from "./parts.ts";
import { badArea, band, LEFT, line, place, RIGHT, shiftOf, surroundings, timeAxis, valueAxis } from "./parts.ts";

/** Everything the chart of a pump station shows, ready to be drawn. */
export interface TrendContent extends Sheet {
  readonly level: readonly Sample[];
  readonly inflow: readonly Sample[];
  readonly outflow: readonly Sample[];
  /** Lanes from the bottom up. */
  readonly pumps: readonly { readonly label: string; readonly trace: readonly Sample[] }[];
  readonly marks: readonly Mark[];
  readonly labels: { readonly level: string; readonly flowUnit: string };
}

/** The colour of a point's line. */
export function colourOf(pointId: string, palette: Palette): string {
  if (pointId === "level") return palette.level;
  if (pointId === "inflow") return palette.inflow;
  if (pointId === "outflow") return palette.outflow;
  return pointId.startsWith("pump1.") ? palette.pumps[0] : palette.pumps[1];
}

/** The three charts above one another: level, flows, pumps, on one axis of time. */
export function trendOptions(content: TrendContent): EChartsCoreOption {
  const { palette } = content;
  const shift = shiftOf(content);
  return {
    ...surroundings(content),
    grid: [
      { left: LEFT, right: RIGHT, top: 26, height: "42%" },
      { left: LEFT, right: RIGHT, top: "57%", height: "19%" },
      { left: LEFT, right: RIGHT, top: "83%", height: "9%" },
    ],
    xAxis: [0, 1, 2].map((index) => timeAxis(index, content, index === 2)),
    yAxis: [
      { ...valueAxis(0, palette), name: `${content.labels.level} (m)`, scale: true, max: topOf(content) },
      { ...valueAxis(1, palette), name: content.labels.flowUnit, min: 0, splitNumber: 2 },
      { ...valueAxis(2, palette), ...pumpLanes(content) },
    ],
    series: [
      ...band("level", content.level, shift, palette.level),
      {
        ...line("level", 0, palette.level),
        data: place(content.level, shift),
        lineStyle: { width: 2, color: palette.level },
        markLine: marksOf(content),
        markArea: badArea(content.level, shift, palette),
      },
      { ...line("inflow", 1, palette.inflow), data: place(content.inflow, shift) },
      { ...line("outflow", 1, palette.outflow), data: place(content.outflow, shift) },
      ...content.pumps.map((pump, lane) => ({
        ...line(`pump${lane}`, 2, palette.pumps[lane % 2] ?? palette.outflow),
        step: "end",
        lineStyle: { width: 0 },
        areaStyle: { origin: lane, opacity: 0.9 },
        data: place(pump.trace, shift, (one) => (one.max === null ? null : lane + (one.max > 0 ? 0.78 : 0))),
      })),
    ],
  };
}

function pumpLanes({ pumps, palette }: TrendContent): object {
  return {
    min: 0,
    max: Math.max(1, pumps.length),
    interval: 1,
    splitLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: palette.quiet,
      verticalAlign: "bottom",
      formatter: (lane: number): string => pumps[lane]?.label ?? "",
    },
  };
}

/** High enough for the marks, so that the limits are in sight before they are reached. */
function topOf({ marks }: TrendContent): ((range: { readonly max: number }) => number) | undefined {
  const highest = marks.at(-1)?.levelM;
  if (highest === undefined) return undefined;
  return ({ max }) => {
    const wanted = Math.max(max, highest) * 1.05;
    const step = wanted < 4 ? 0.5 : 1;
    return Math.ceil(wanted / step) * step;
  };
}

function marksOf({ marks, palette }: TrendContent): object {
  return {
    silent: true,
    symbol: "none",
    label: { show: false },
    data: marks.map((mark) => ({
      yAxis: mark.levelM,
      lineStyle: { color: mark.kind === "high" ? palette.high : palette.mark, type: "dashed", width: 1, opacity: 0.8 },
    })),
  };
}
