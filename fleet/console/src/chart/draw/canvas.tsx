import { LineChart } from "echarts/charts";
import {
  AxisPointerComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { init, use as useParts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ReactNode } from "react";
import { useEffect, useRef } from "react";

useParts([
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  AxisPointerComponent,
  CanvasRenderer,
]);

interface ChartCanvasProps {
  readonly options: EChartsCoreOption;
  readonly label: string;
  /** What to show for an instant under the pointer. The instant is the axis' own, shifted as its data are. */
  readonly describe: (axisMs: number) => HTMLElement;
  /** Ctrl and wheel: `factor` below 1 zooms in around an instant of the axis. */
  readonly onZoom: (factor: number, axisMs: number) => void;
  /** A drag: how much time to move by. */
  readonly onPan: (deltaMs: number) => void;
}

/** A drawing surface that follows its panel's size and reports gestures; what is drawn is the caller's. */
export function ChartCanvas({ options, label, describe, onZoom, onPan }: ChartCanvasProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  // Gestures and tips are asked for long after a drawing; they must reach the newest one.
  const newest = useRef({ describe, onZoom, onPan });
  useEffect(() => {
    newest.current = { describe, onZoom, onPan };
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = init(element);
    chart.current = drawn;
    const resized = new ResizeObserver(() => {
      drawn.resize();
    });
    resized.observe(element);
    const stop = new AbortController();
    listenForGestures(drawn, element, newest, stop.signal);
    return () => {
      stop.abort();
      resized.disconnect();
      drawn.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    const { tooltip, ...rest } = options;
    chart.current?.setOption(
      {
        ...rest,
        tooltip: { ...Object(tooltip), formatter: (shown: unknown) => newest.current.describe(axisValueOf(shown)) },
      },
      { replaceMerge: ["series"] },
    );
  }, [options]);

  return <div ref={place} className="chart" role="img" aria-label={label} />;
}

interface Gestures {
  readonly current: Pick<ChartCanvasProps, "onZoom" | "onPan">;
}

function listenForGestures(chart: EChartsType, element: HTMLElement, gestures: Gestures, signal: AbortSignal): void {
  const timeAt = (offsetX: number): number => {
    const [time] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, 0]);
    return time ?? 0;
  };
  element.addEventListener(
    "wheel",
    (event) => {
      // A wheel alone scrolls the page, as everywhere.
      if (!event.ctrlKey) return;
      event.preventDefault();
      gestures.current.onZoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX));
    },
    { signal, passive: false },
  );
  let heldX: number | undefined;
  element.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      heldX = event.offsetX;
      element.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      if (heldX === undefined || Math.abs(event.offsetX - heldX) < 4) return;
      gestures.current.onPan(timeAt(heldX) - timeAt(event.offsetX));
      heldX = event.offsetX;
    },
    { signal },
  );
  const release = (): void => {
    heldX = undefined;
  };
  element.addEventListener("pointerup", release, { signal });
  element.addEventListener("pointercancel", release, { signal });
}

/** ECharts hands its tips a list of what is under the pointer, each with the axis' value. */
function axisValueOf(shown: unknown): number {
  const first: unknown = Array.isArray(shown) ? shown[0] : shown;
  if (typeof first === "object" && first !== null && "axisValue" in first) return Number(first.axisValue);
  return 0;
}
