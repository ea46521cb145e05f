import type { EChartsCoreOption } from "echarts/core";

import { zoneOffsetMs } from "../../i18n/format.ts";
import type { Sample } from "../data/trace.ts";
import { badStretches } from "../data/trace.ts";
import type { Stretch } from "../data/view.ts";
import type { Palette } from "./palette.ts";

export const LEFT = 46;
export const RIGHT = 14;

/** What every chart is drawn in. */
export interface Sheet {
  readonly stretch: Stretch;
  /** The site's time zone: the axis counts its days and hours. */
  readonly zone: string;
  readonly palette: Palette;
}

/**
 * How far instants are shifted. ECharts counts hours either in the reader's zone or in UTC: shifted by the site's offset
 * and counted in UTC, its days begin at the site's midnight.
 */
export function shiftOf({ stretch, zone }: Sheet): number {
  return zoneOffsetMs(stretch.toMs, zone);
}

/** Everything around the lines that charts have in common. */
export function surroundings({ palette }: Sheet): EChartsCoreOption {
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
  };
}

/** @param isLabelled  only the lowest of several charts writes its hours. */
export function timeAxis(index: number, sheet: Sheet, isLabelled: boolean): object {
  const { stretch, palette } = sheet;
  const shift = shiftOf(sheet);
  return {
    type: "time",
    gridIndex: index,
    min: stretch.fromMs + shift,
    max: stretch.toMs + shift,
    axisLine: { lineStyle: { color: palette.grid } },
    axisTick: { show: isLabelled, lineStyle: { color: palette.grid } },
    splitLine: { show: true, lineStyle: { color: palette.grid } },
    axisLabel: { show: isLabelled, hideOverlap: true, color: palette.quiet, formatter: TIME_LABELS },
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

export function valueAxis(index: number, palette: Palette): object {
  return {
    type: "value",
    gridIndex: index,
    nameTextStyle: { color: palette.quiet, align: "left", padding: [0, 0, 0, -LEFT + 6] },
    nameGap: 9,
    axisLabel: { color: palette.quiet },
    splitLine: { lineStyle: { color: palette.grid } },
  };
}

export function line(id: string, axis: number, color: string): object {
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

/** Samples where they stand on the axis. */
export function place(
  samples: readonly Sample[],
  shift: number,
  of: (sample: Sample) => number | null = ({ average }) => average,
): readonly (readonly [number, number | null])[] {
  return samples.map((sample) => [sample.atMs + shift, of(sample)]);
}

/** What lay between least and greatest of each bucket: an invisible line and, stacked on it, the width as an area. */
export function band(id: string, samples: readonly Sample[], shift: number, color: string): object[] {
  if (samples.every((sample) => sample.min === sample.max)) return [];
  const hidden = { ...line("", 0, color), stack: "band", lineStyle: { width: 0 }, silent: true };
  return [
    { ...hidden, id: `${id}-low`, data: place(samples, shift, ({ min }) => min) },
    { ...hidden, id: `${id}-width`, data: place(samples, shift, widthOf), areaStyle: { color, opacity: 0.18 } },
  ];
}

function widthOf({ min, max }: Sample): number | null {
  return min === null || max === null ? null : max - min;
}

/** Shades the time in which readings came but none was good. */
export function badArea(samples: readonly Sample[], shift: number, palette: Palette): object {
  return {
    silent: true,
    itemStyle: { color: palette.bad },
    data: badStretches(samples).map(({ fromMs, toMs }) => [{ xAxis: fromMs + shift }, { xAxis: toMs + shift }]),
  };
}
