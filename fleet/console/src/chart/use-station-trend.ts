import { useMemo } from "react";

import type { PointLatest } from "../../../api/schemas.ts";
import type { DeviceRef } from "../api/endpoints.ts";
import { useSpeech, useSurroundings } from "../app/desk-context.tsx";
import { dayAndTime, zoneOffsetMs } from "../i18n/format.ts";
import type { Station } from "../mimic/station.ts";
import { unitText } from "../parts/shown-value.tsx";
import type { Sample } from "./data/trace.ts";
import { heldUntil, sampleAt, within } from "./data/trace.ts";
import { useTraces } from "./data/use-traces.ts";
import { PALETTES } from "./draw/palette.ts";
import { colourOf, trendOptions } from "./draw/station-options.ts";
import { tipElement } from "./draw/tip.ts";
import type { Trend } from "./trend-frame.tsx";
import { useSampleText } from "./use-sample-text.ts";
import type { TimeWindow } from "./use-time-view.ts";

/** What a trend is drawn of. */
export interface TrendSubject {
  readonly device: DeviceRef;
  readonly station: Station;
  readonly points: ReadonlyMap<string, PointLatest>;
  /** The site's time zone. */
  readonly zone: string;
  /** False where a change would not reach us now: gateway offline, live connection lost. */
  readonly isFollowed: boolean;
}

/** Reads and continues the traces of a station and makes the chart of them. */
export function useStationTrend(subject: TrendSubject, { stretch: shown, asked }: TimeWindow): Trend {
  const { device, station, points, zone, isFollowed } = subject;
  const { say, language } = useSpeech();
  const { scheme } = useSurroundings();
  const palette = PALETTES[scheme];
  const pointIds = ["level", "inflow", "outflow", ...station.pumps.map((pump) => `${pump.id}.running`)].filter((id) =>
    points.has(id),
  );
  const { byPoint, query } = useTraces(device, pointIds, asked, points);
  const marks = station.marks.map((mark) => `${mark.kind}${mark.levelM}`).join();

  const options = useMemo(() => {
    const traceOf = (id: string): readonly Sample[] =>
      within(heldUntil(byPoint.get(id) ?? [], isFollowed ? Date.now() : undefined), shown);
    return trendOptions({
      stretch: shown,
      zone,
      palette,
      labels: { level: say("chart.level"), flowUnit: unitText(points.get("inflow")?.unit ?? "") },
      marks: station.marks,
      level: traceOf("level"),
      inflow: traceOf("inflow"),
      outflow: traceOf("outflow"),
      pumps: station.pumps.map((pump) => ({ label: `P${pump.number}`, trace: traceOf(`${pump.id}.running`) })),
    });
  }, [byPoint, shown.fromMs, shown.toMs, zone, palette, say, marks, isFollowed]);

  const shiftMs = zoneOffsetMs(shown.toMs, zone);
  const valueText = useSampleText();
  const textOf = (sample: Sample | undefined, unit: string): string => {
    if (unit !== "" || sample === undefined || sample.average === null) return valueText(sample, unit);
    return say(sample.average > 0 ? "station.pump.running" : "station.pump.stopped");
  };
  const describe = (axisMs: number): HTMLElement => {
    const atMs = axisMs - shiftMs;
    const lines = pointIds.map((id) => {
      const point = points.get(id);
      return {
        color: colourOf(id, palette),
        label: point?.name?.[language] ?? id,
        value: textOf(sampleAt(byPoint.get(id) ?? [], atMs), point?.unit ?? ""),
      };
    });
    return tipElement(dayAndTime(atMs, { language, zone }), lines);
  };
  const isEmpty = query.kind === "ready" && [...byPoint.values()].every((trace) => trace.length === 0);
  return { options, shiftMs, describe, query, isEmpty };
}
