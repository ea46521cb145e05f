import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";

import type { PointHistory, PointLatest } from "../../../api/schemas.ts";
import type { DeviceRef } from "../api/endpoints.ts";
import type { Query } from "../api/use-query.ts";
import { useDesk, useSpeech, useSurroundings } from "../app/desk-context.tsx";
import { dayAndTime, quantity, zoneOffsetMs } from "../i18n/format.ts";
import type { Station } from "../mimic/station.ts";
import { unitText, useShownText } from "../parts/shown-value.tsx";
import type { Sample } from "./data/trace.ts";
import { heldUntil, sampleAt, within } from "./data/trace.ts";
import { useTraces } from "./data/use-traces.ts";
import type { Stretch } from "./data/view.ts";
import type { Palette } from "./options.ts";
import { colourOf, PALETTES, trendOptions } from "./options.ts";
import { tipElement } from "./tip.ts";

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

export interface Trend {
  readonly options: EChartsCoreOption;
  readonly palette: Palette;
  /** How far the axis is shifted against Unix time. */
  readonly shiftMs: number;
  readonly describe: (axisMs: number) => HTMLElement;
  readonly query: Query<readonly PointHistory[]>;
  readonly isEmpty: boolean;
}

/**
 * Reads and continues the traces of a station and makes the chart of them.
 *
 * @param shown  the stretch on screen.
 * @param asked  the stretch whose history is read, and a round that reads it anew.
 */
export function useTrend(
  subject: TrendSubject,
  shown: Stretch,
  asked: { readonly stretch: Stretch; readonly round: number },
): Trend {
  const { device, station, points, zone, isFollowed } = subject;
  const { say, language } = useSpeech();
  const { scheme } = useSurroundings();
  const { connection } = useDesk();
  const palette = PALETTES[scheme];
  const pointIds = ["level", "inflow", "outflow", ...station.pumps.map((pump) => `${pump.id}.running`)].filter((id) =>
    points.has(id),
  );
  // After each gap in the live stream the history is read again, to fill it.
  const round = asked.round + (connection.kind === "live" ? connection.sinceMs : 0);
  const { byPoint, query } = useTraces(device, pointIds, { stretch: asked.stretch, round }, points);
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
  const describe = (axisMs: number): HTMLElement => {
    const atMs = axisMs - shiftMs;
    const lines = pointIds.map((id) => {
      const point = points.get(id);
      return {
        color: colourOf(id, palette),
        label: point?.name?.[language] ?? id,
        value: valueText(sampleAt(byPoint.get(id) ?? [], atMs), point?.unit ?? ""),
      };
    });
    return tipElement(dayAndTime(atMs, { language, zone }), lines);
  };
  const isEmpty = query.kind === "ready" && [...byPoint.values()].every((trace) => trace.length === 0);
  return { options, palette, shiftMs, describe, query, isEmpty };
}

/** A sample in words: its value, its range where it stands for many readings, or why there is none. */
function useSampleText(): (sample: Sample | undefined, unit: string) => string {
  const { say, language } = useSpeech();
  const textOf = useShownText();
  return (sample, unit) => {
    if (sample === undefined) return "—";
    if (sample.average === null)
      return textOf(sample.badReason === null ? { kind: "absent" } : { kind: "bad", reason: sample.badReason });
    if (unit === "") return say(sample.average > 0 ? "station.pump.running" : "station.pump.stopped");
    const middle = textOf({ kind: "good", value: sample.average, unit });
    if (sample.min === null || sample.max === null || sample.min === sample.max) return middle;
    const [min, max] = [quantity(sample.min, language, unit), quantity(sample.max, language, unit)];
    return `${middle} (${say("chart.range", { min, max })})`;
  };
}
