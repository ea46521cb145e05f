import type { EChartsCoreOption } from "echarts/core";

import { zoneOffsetMs } from "../i18n/format.ts";
import type { Mark } from "../mimic/station.ts";
import type { Sample } from "./data/trace.ts";
import { badStretches } from "./data/trace.ts";
import type { Stretch } from "./data/view.ts";

/** Canvas colours: the drawing surface knows no style sheet. */
export interface Palette {
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly level: string;
  readonly inflow: string;
  readonly outflow: string;
  readonly pumps: readonly [string, string];
  readonly high: string;
  readonly mark: string;
  readonly bad: string;
}

export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    text: "#1b2a35",
    quiet: "#556876",
    grid: "#e3e9ed",
    level: "#1f6d99",
    inflow: "#6a7f8c",
    outflow: "#2d7d5a",
    pumps: ["#2d7d5a", "#5f9f83"],
    high: "#c01830",
    mark: "#8a99a4",
    bad: "#f2d9c4",
  },
  dark: {
    text: "#dbe4ea",
    quiet: "#9fb1bd",
    grid: "#27353f",
    level: "#6db8dc",
    inflow: "#a9b9c4",
    outflow: "#62c199",
    pumps: ["#62c199", "#3f8f6d"],
    high: "#ff6b7d",
    mark: "#6d808d",
    bad: "#4a3728",
  },
};

/** Everything the chart of a pump station shows, ready to be drawn. */
export interface TrendContent {
  readonly stretch: Stretch;
  /** The site's time zone: the axis counts its days and hours. */
  readonly zone: string;
  readonly palette: Palette;
  readonly level: readonly Sample[];
  readonly inflow: readonly Sample[];
  readonly outflow: readonly Sample[];
  /** Lanes from the bottom up. */
  readonly pumps: readonly { readonly label: string; readonly trace: readonly Sample[] }[];
  readonly marks: readonly Mark[];
  readonly labels: { readonly level: string; readonly flowUnit: string };
}

function average(sample: Sample): number | null {
  return sample.average;
}

/** The colour of a point's line. */
export function colourOf(pointId: string, palette: Palette): string {
  if (pointId === "level") return palette.level;
  if (pointId === "inflow") return palette.inflow;
  if (pointId === "outflow") return palette.outflow;
  return pointId.startsWith("pump1.") ? palette.pumps[0] : palette.pumps[1];
}

const LEFT = 46;
const RIGHT = 14;

/**
 * The three charts above one another: level, flows, pumps, on one axis of time.
 *
 * ECharts counts hours either in the reader's zone or in UTC. Instants are shifted by the site's offset and counted in
 * UTC, so that its days begin at the site's midnight.
 */
export function trendOptions(content: TrendContent): EChartsCoreOption {
  const { palette, stretch, zone } = content;
  const shift = zoneOffsetMs(stretch.toMs, zone);
  const place = (
    samples: readonly Sample[],
    of: (sample: Sample) => number | null,
  ): (readonly [number, number | null])[] => samples.map((sample) => [sample.atMs + shift, of(sample)]);
  return {
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: "inherit", color: palette.text },
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: palette.quiet } },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      className: "chart-tip",
      padding: 0,
      borderWidth: 0,
    },
    grid: [
      { left: LEFT, right: RIGHT, top: 26, height: "42%" },
      { left: LEFT, right: RIGHT, top: "57%", height: "19%" },
      { left: LEFT, right: RIGHT, top: "83%", height: "9%" },
    ],
    xAxis: [0, 1, 2].map((index) => timeAxis(index, content, shift)),
    yAxis: [
      { ...valueAxis(0, palette), name: `${content.labels.level} (m)`, scale: true, max: topOf(content) },
      { ...valueAxis(1, palette), name: content.labels.flowUnit, min: 0, splitNumber: 2 },
      { ...valueAxis(2, palette), ...pumpLanes(content) },
    ],
    series: [
      ...band(content.level, shift, palette.level),
      {
        ...line("level", 0, palette.level),
        data: place(content.level, average),
        lineStyle: { width: 2, color: palette.level },
        markLine: marksOf(content),
        markArea: {
          silent: true,
          itemStyle: { color: palette.bad },
          data: badStretches(content.level).map(({ fromMs, toMs }) => [
            { xAxis: fromMs + shift },
            { xAxis: toMs + shift },
          ]),
        },
      },
      { ...line("inflow", 1, palette.inflow), data: place(content.inflow, average) },
      { ...line("outflow", 1, palette.outflow), data: place(content.outflow, average) },
      ...content.pumps.map((pump, lane) => ({
        ...line(`pump${lane}`, 2, palette.pumps[lane % 2] ?? palette.outflow),
        step: "end",
        lineStyle: { width: 0 },
        areaStyle: { origin: lane, opacity: 0.9 },
        data: place(pump.trace, (one) => (one.max === null ? null : lane + (one.max > 0 ? 0.78 : 0))),
      })),
    ],
  };
}

function timeAxis(index: number, { stretch, palette }: TrendContent, shift: number): object {
  const isLowest = index === 2;
  return {
    type: "time",
    gridIndex: index,
    min: stretch.fromMs + shift,
    max: stretch.toMs + shift,
    axisLine: { lineStyle: { color: palette.grid } },
    axisTick: { show: isLowest, lineStyle: { color: palette.grid } },
    splitLine: { show: true, lineStyle: { color: palette.grid } },
    axisLabel: { show: isLowest, hideOverlap: true, color: palette.quiet, formatter: TIME_LABELS },
    axisPointer: { show: true, label: { show: false } },
  };
}

/** Figures only: the same in both languages. */
const TIME_LABELS = {
  year: "{yyyy}",
  month: "{yyyy}-{MM}",
  day: "{MM}-{dd}",
  hour: "{HH}:{mm}",
  minute: "{HH}:{mm}",
  second: "{HH}:{mm}:{ss}",
  millisecond: "{HH}:{mm}:{ss}",
};

function valueAxis(index: number, palette: Palette): object {
  return {
    type: "value",
    gridIndex: index,
    nameTextStyle: { color: palette.quiet, align: "left", padding: [0, 0, 0, -LEFT + 6] },
    nameGap: 9,
    axisLabel: { color: palette.quiet },
    splitLine: { lineStyle: { color: palette.grid } },
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

function line(id: string, axis: number, color: string): object {
  return {
    id,
    type: "line",
    xAxisIndex: axis,
    yAxisIndex: axis,
    color,
    showSymbol: false,
    lineStyle: { width: 1.6, color },
    emphasis: { disabled: true },
  };
}

/** What lay between least and greatest of each bucket: an invisible line and, stacked on it, the width as an area. */
function band(samples: readonly Sample[], shift: number, color: string): object[] {
  if (samples.every((sample) => sample.min === sample.max)) return [];
  const hidden = { ...line("", 0, color), stack: "band", lineStyle: { width: 0 }, silent: true };
  const low = samples.map(({ atMs, min }) => [atMs + shift, min]);
  const width = samples.map(({ atMs, min, max }) => [atMs + shift, min === null || max === null ? null : max - min]);
  return [
    { ...hidden, id: "level-low", data: low },
    { ...hidden, id: "level-width", data: width, areaStyle: { color, opacity: 0.18 } },
  ];
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
