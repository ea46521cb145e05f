import { Segmented } from "antd";
import type { EChartsCoreOption } from "echarts/core";
import type { ReactNode } from "react";
import { lazy, Suspense } from "react";

import type { PointHistory } from "../../../api/schemas.ts";
import type { Query } from "../api/use-query.ts";
import { useSpeech } from "../app/desk-context.tsx";
import { zoneLabel } from "../i18n/format.ts";
import { Failed } from "../parts/states.tsx";
import type { TimeView } from "./data/view.ts";
import { pan, stretchOf, zoom } from "./data/view.ts";
import type { TimeWindow } from "./use-time-view.ts";
import { SPANS } from "./use-time-view.ts";

import "./trend.css";

/** The drawing library is the largest part of the desk; it is fetched when the first chart is shown. */
const ChartCanvas = lazy(async () => ({ default: (await import("./draw/canvas.tsx")).ChartCanvas }));

const SPAN_NAMES = ["15m", "1h", "6h", "1d", "7d"] as const;

/** A chart ready to be drawn, and how reading it went. */
export interface Trend {
  readonly options: EChartsCoreOption;
  /** How far the axis is shifted against Unix time. */
  readonly shiftMs: number;
  readonly describe: (axisMs: number) => HTMLElement;
  readonly query: Query<readonly PointHistory[]>;
  readonly isEmpty: boolean;
}

interface TrendFrameProps {
  readonly title: string;
  readonly time: TimeWindow;
  readonly trend: Trend;
  readonly zone: string;
  readonly legend: readonly { readonly color: string; readonly label: string }[];
}

/** The panel around a chart: title, legend, spans, and everything the gestures do as buttons. */
export function TrendFrame({ title, time, trend, zone, legend }: TrendFrameProps): ReactNode {
  const { say } = useSpeech();
  return (
    <section className="panel trend" aria-label={say("chart.title")}>
      <header>
        <h2>{title}</h2>
        <ul className="legend">
          {legend.map(({ color, label }) => (
            <li key={label}>
              <i style={{ background: color }} />
              {label}
            </li>
          ))}
        </ul>
        <ViewTools view={time.view} nowMs={time.nowMs} onChange={time.setView} />
      </header>
      {trend.query.kind === "failed" && trend.query.last === undefined ? (
        <Failed error={trend.query.error} onAgain={time.askAgain} />
      ) : (
        <Drawing trend={trend} view={time.view} onChange={time.setView} />
      )}
      <footer className="quiet">
        {say("chart.zone", { zone: zoneLabel(time.stretch.toMs, zone) })} · {say("chart.hint")}
      </footer>
    </section>
  );
}

interface DrawingProps {
  readonly trend: Trend;
  readonly view: TimeView;
  readonly onChange: (view: TimeView) => void;
}

function Drawing({ trend, view, onChange }: DrawingProps): ReactNode {
  const { say } = useSpeech();
  return (
    <div className="trend-body">
      <Suspense fallback={<div className="chart" />}>
        <ChartCanvas
          options={trend.options}
          label={say("chart.title")}
          describe={trend.describe}
          onZoom={(factor, axisMs) => onChange(zoom(view, factor, axisMs - trend.shiftMs, Date.now()))}
          onPan={(deltaMs) => onChange(pan(view, deltaMs, Date.now()))}
        />
      </Suspense>
      {trend.isEmpty ? <p className="trend-note">{say("chart.empty")}</p> : null}
      {trend.query.kind === "loading" && trend.query.last === undefined ? (
        <p className="trend-note">{say("state.loading")}</p>
      ) : null}
    </div>
  );
}

interface ViewToolsProps {
  readonly view: TimeView;
  readonly nowMs: number;
  readonly onChange: (view: TimeView) => void;
}

/** Everything the gestures do, for the keyboard as well. */
function ViewTools({ view, nowMs, onChange }: ViewToolsProps): ReactNode {
  const { say } = useSpeech();
  const { fromMs, toMs } = stretchOf(view, nowMs);
  const spanMs = toMs - fromMs;
  const middleMs = view.kind === "live" ? toMs : (fromMs + toMs) / 2;
  const tools = [
    { sign: "‹", label: say("chart.earlier"), act: () => onChange(pan(view, -spanMs / 2, nowMs)) },
    { sign: "›", label: say("chart.later"), act: () => onChange(pan(view, spanMs / 2, nowMs)) },
    { sign: "+", label: say("chart.closer"), act: () => onChange(zoom(view, 0.5, middleMs, nowMs)) },
    { sign: "−", label: say("chart.farther"), act: () => onChange(zoom(view, 2, middleMs, nowMs)) },
  ];
  return (
    <div className="trend-tools">
      <Segmented
        size="small"
        aria-label={say("chart.span")}
        value={view.kind === "live" ? (SPAN_NAMES.find((name) => SPANS[name] === view.spanMs) ?? "") : ""}
        options={SPAN_NAMES.map((name) => ({ value: name, label: say(`chart.span.${name}`) }))}
        onChange={(chosen) => {
          const name = SPAN_NAMES.find((one) => one === chosen);
          if (name !== undefined) onChange({ kind: "live", spanMs: SPANS[name] });
        }}
      />
      {tools.map(({ sign, label, act }) => (
        <button key={sign} type="button" className="tool" aria-label={label} title={label} onClick={act}>
          {sign}
        </button>
      ))}
      <button
        type="button"
        className="tool is-live"
        aria-pressed={view.kind === "live"}
        onClick={() => onChange({ kind: "live", spanMs })}
      >
        {say(view.kind === "live" ? "chart.following" : "chart.toLive")}
      </button>
    </div>
  );
}
