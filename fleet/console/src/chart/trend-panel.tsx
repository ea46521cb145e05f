import { Segmented } from "antd";
import type { ReactNode } from "react";
import { lazy, Suspense, useState } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import { useNowMs } from "../app/use-now.ts";
import { zoneLabel } from "../i18n/format.ts";
import { Failed } from "../parts/states.tsx";
import { useAskedStretch } from "./data/use-asked-stretch.ts";

import "./trend.css";
import type { TimeView } from "./data/view.ts";
import { pan, stretchOf, zoom } from "./data/view.ts";
import type { Palette } from "./options.ts";
import type { Trend, TrendSubject } from "./use-trend.ts";
import { useTrend } from "./use-trend.ts";

/** The drawing library is the largest part of the desk; it is fetched when the first chart is shown. */
const ChartCanvas = lazy(async () => ({ default: (await import("./canvas.tsx")).ChartCanvas }));

const SPANS = { "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "1d": 86_400_000, "7d": 604_800_000 } as const;
const SPAN_NAMES = ["15m", "1h", "6h", "1d", "7d"] as const;

/** Level, flows and pumps over time: the last minutes live, or any stretch of the past. */
export function TrendPanel(subject: TrendSubject): ReactNode {
  const { say } = useSpeech();
  const [view, setView] = useState<TimeView>({ kind: "live", spanMs: SPANS["15m"] });
  const [round, setRound] = useState(0);
  const nowMs = useNowMs(1_000);
  const stretch = stretchOf(view, nowMs);
  const trend = useTrend(subject, stretch, { stretch: useAskedStretch(view, nowMs), round });
  return (
    <section className="panel trend" aria-label={say("chart.title")}>
      <header>
        <h2>{say("chart.title")}</h2>
        <Legend palette={trend.palette} />
        <ViewTools view={view} nowMs={nowMs} onChange={setView} />
      </header>
      {trend.query.kind === "failed" && trend.query.last === undefined ? (
        <Failed error={trend.query.error} onAgain={() => setRound(round + 1)} />
      ) : (
        <Drawing trend={trend} view={view} onChange={setView} />
      )}
      <footer className="quiet">
        {say("chart.zone", { zone: zoneLabel(stretch.toMs, subject.zone) })} · {say("chart.hint")}
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

interface LegendProps {
  readonly palette: Palette;
}

function Legend({ palette }: LegendProps): ReactNode {
  const { say } = useSpeech();
  const lines = [
    { color: palette.level, label: say("chart.level") },
    { color: palette.inflow, label: say("station.inflow") },
    { color: palette.outflow, label: say("station.outflow") },
  ];
  return (
    <ul className="legend">
      {lines.map(({ color, label }) => (
        <li key={label}>
          <i style={{ background: color }} />
          {label}
        </li>
      ))}
    </ul>
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
