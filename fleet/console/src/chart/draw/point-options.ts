import type { EChartsCoreOption } from "echarts/core";

import type { Sample } from "../data/trace.ts";
import type { Sheet } from "./parts.ts";
import { badArea, band, LEFT, line, place, RIGHT, shiftOf, surroundings, timeAxis, valueAxis } from "./parts.ts";

/** Everything the chart of a single point shows, ready to be drawn. */
export interface PointContent extends Sheet {
  readonly trace: readonly Sample[];
  /** As printed, empty for contacts and counts. */
  readonly unit: string;
  /** A contact is on or off: it is drawn in steps between 0 and 1. */
  readonly isContact: boolean;
}

/** One line over time, with what lay between least and greatest, and shaded where no reading was good. */
export function pointOptions(content: PointContent): EChartsCoreOption {
  const { palette, trace, unit, isContact } = content;
  const shift = shiftOf(content);
  const scale = isContact ? { min: 0, max: 1, interval: 1 } : { scale: true };
  return {
    ...surroundings(content),
    grid: [{ left: LEFT + 10, right: RIGHT, top: 26, bottom: 28 }],
    xAxis: [timeAxis(0, content, true)],
    yAxis: [{ ...valueAxis(0, palette), name: unit, ...scale }],
    series: [
      ...(isContact ? [] : band("point", trace, shift, palette.level)),
      {
        ...line("point", 0, palette.level),
        data: place(trace, shift, ({ average, max }) => (isContact ? max : average)),
        lineStyle: { width: 2, color: palette.level },
        ...(isContact ? { step: "end", areaStyle: { color: palette.level, opacity: 0.12 } } : {}),
        markArea: badArea(trace, shift, palette),
      },
    ],
  };
}
