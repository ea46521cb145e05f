import type { EChartsCoreOption } from "echarts/core";

import type { Sheet } from "../../chart/draw/parts.ts";
import { LEFT, line, RIGHT, shiftOf, surroundings, timeAxis, valueAxis } from "../../chart/draw/parts.ts";
import type { CourseStep } from "./figures.ts";

/** Everything the chart of a session shows, ready to be drawn. */
export interface CourseContent extends Sheet {
  readonly steps: readonly CourseStep[];
  readonly holes: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly labels: { readonly power: string; readonly energy: string };
}

/** Power above, energy below, on one axis of time; shaded where the station was silent. */
export function courseOptions(content: CourseContent): EChartsCoreOption {
  const { palette, steps, holes, labels } = content;
  const shift = shiftOf(content);
  const power = steps.filter(({ powerKw, energyKwh }) => powerKw !== null || energyKwh === null);
  const silent = {
    silent: true,
    itemStyle: { color: palette.bad },
    data: holes.map(({ fromMs, toMs }) => [{ xAxis: fromMs + shift }, { xAxis: toMs + shift }]),
  };
  return {
    ...surroundings(content),
    grid: [
      { left: LEFT, right: RIGHT, top: 26, height: "34%" },
      { left: LEFT, right: RIGHT, top: "58%", bottom: 28 },
    ],
    xAxis: [0, 1].map((index) => timeAxis(index, content, index === 1)),
    yAxis: [
      { ...valueAxis(0, palette), name: `${labels.power} (kW)`, min: 0, splitNumber: 3 },
      { ...valueAxis(1, palette), name: `${labels.energy} (kWh)`, min: 0, splitNumber: 3 },
    ],
    series: [
      {
        ...line("power", 0, palette.level),
        data: power.map(({ atMs, powerKw }) => [atMs + shift, powerKw]),
        areaStyle: { color: palette.level, opacity: 0.14 },
        markArea: silent,
      },
      {
        ...line("energy", 1, palette.outflow),
        data: steps
          .filter(({ powerKw, energyKwh }) => energyKwh !== null || powerKw === null)
          .map(({ atMs, energyKwh }) => [atMs + shift, energyKwh]),
        markArea: silent,
      },
    ],
  };
}
