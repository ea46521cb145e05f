import type { ReactNode } from "react";
import { useMemo } from "react";

import type { PointLatest } from "../../../api/schemas.ts";
import type { DeviceRef } from "../api/endpoints.ts";
import { useSpeech, useSurroundings } from "../app/desk-context.tsx";
import { dayAndTime, zoneOffsetMs } from "../i18n/format.ts";
import { unitText } from "../parts/shown-value.tsx";
import { heldUntil, sampleAt, within } from "./data/trace.ts";
import { useTraces } from "./data/use-traces.ts";
import { PALETTES } from "./draw/palette.ts";
import { pointOptions } from "./draw/point-options.ts";
import { tipElement } from "./draw/tip.ts";
import type { Trend } from "./trend-frame.tsx";
import { TrendFrame } from "./trend-frame.tsx";
import { useSampleText } from "./use-sample-text.ts";
import type { TimeWindow } from "./use-time-view.ts";
import { useTimeWindow } from "./use-time-view.ts";

interface PointTrendProps {
  readonly device: DeviceRef;
  readonly point: PointLatest;
  /** The site's time zone. */
  readonly zone: string;
  /** False where a change would not reach us now: gateway offline, live connection lost. */
  readonly isFollowed: boolean;
}

/** One point over time. */
export function PointTrend(subject: PointTrendProps): ReactNode {
  const { say, text } = useSpeech();
  const time = useTimeWindow();
  const trend = usePointTrend(subject, time);
  const { point, zone } = subject;
  const name = point.name === null ? point.id : text(point.name);
  return <TrendFrame title={`${say("chart.title")} · ${name}`} time={time} trend={trend} zone={zone} legend={[]} />;
}

function usePointTrend({ device, point, zone, isFollowed }: PointTrendProps, { stretch, asked }: TimeWindow): Trend {
  const { language, text } = useSpeech();
  const { scheme } = useSurroundings();
  const palette = PALETTES[scheme];
  const live = useMemo(() => new Map([[point.id, point]]), [point]);
  const { byPoint, query } = useTraces(device, [point.id], asked, live);
  const trace = byPoint.get(point.id) ?? [];
  const options = useMemo(
    () =>
      pointOptions({
        stretch,
        zone,
        palette,
        unit: unitText(point.unit),
        isContact: isContact(point) && trace.every(({ min, max }) => isBit(min) && isBit(max)),
        trace: within(heldUntil(trace, isFollowed ? Date.now() : undefined), stretch),
      }),
    [trace, stretch.fromMs, stretch.toMs, zone, palette, point.unit, isFollowed],
  );
  const shiftMs = zoneOffsetMs(stretch.toMs, zone);
  const sampleText = useSampleText();
  const describe = (axisMs: number): HTMLElement => {
    const atMs = axisMs - shiftMs;
    const label = point.name === null ? point.id : text(point.name);
    const value = sampleText(sampleAt(trace, atMs), point.unit);
    return tipElement(dayAndTime(atMs, { language, zone }), [{ color: palette.level, label, value }]);
  };
  return { options, shiftMs, describe, query, isEmpty: query.kind === "ready" && trace.length === 0 };
}

/** Contacts have no unit and are 0 or 1; counts have none either, so the trace has its say too. */
function isContact({ unit, value }: PointLatest): boolean {
  return unit === "" && isBit(value);
}

function isBit(value: number | null): boolean {
  return value === null || value === 0 || value === 1;
}
