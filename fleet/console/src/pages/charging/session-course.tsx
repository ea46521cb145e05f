import type { ReactNode } from "react";
import { lazy, Suspense, useMemo } from "react";

import type { ChargingDetail } from "../../../../api/charging-schemas.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { PALETTES } from "../../chart/draw/palette.ts";
import { tipElement } from "../../chart/draw/tip.ts";
import { dayAndTime, quantity, zoneLabel, zoneOffsetMs } from "../../i18n/format.ts";
import { Empty } from "../../parts/states.tsx";
import { courseOptions } from "./course-options.ts";
import { courseOf, kilowattHours } from "./figures.ts";

/** The drawing library is the largest part of the desk; it is fetched when the first chart is shown. */
const ChartCanvas = lazy(async () => ({ default: (await import("../../chart/draw/canvas.tsx")).ChartCanvas }));

interface SessionCourseProps {
  readonly detail: ChargingDetail;
  /** The site's time zone. */
  readonly zone: string;
}

/** Power and energy of one session over its time. */
export function SessionCourse({ detail, zone }: SessionCourseProps): ReactNode {
  const { say } = useSpeech();
  const { scheme } = useSurroundings();
  const describe = useTip(detail, zone);
  const steps = useMemo(() => courseOf(detail), [detail]);
  const first = steps[0];
  const last = steps.at(-1);
  const options = useMemo(() => {
    const fromMs = first?.atMs ?? 0;
    const stretch = { fromMs, toMs: Math.max(last?.atMs ?? 0, fromMs + 60_000) };
    const labels = { power: say("charging.course.power"), energy: say("charging.course.energy") };
    return courseOptions({ stretch, zone, palette: PALETTES[scheme], steps, holes: detail.holes, labels });
  }, [steps, zone, scheme, say, detail.holes]);
  return (
    <section className="session-course">
      <h2>{say("charging.course")}</h2>
      {steps.length < 2 ? (
        <Empty title={say("charging.course.none")} />
      ) : (
        <>
          <Suspense fallback={<div className="chart" />}>
            <ChartCanvas
              options={options}
              label={say("charging.course")}
              describe={describe}
              onZoom={stay}
              onPan={stay}
            />
          </Suspense>
          <p className="quiet">
            {zoneLabel(detail.beganAtMs, zone)}
            {detail.isWhole ? "" : ` · ${say("charging.course.cut")}`}
          </p>
        </>
      )}
    </section>
  );
}

/** A session is shown whole. */
function stay(): void {}

/** What was measured last before the pointer. */
function useTip({ samples, meterStartWh, beganAtMs }: ChargingDetail, zone: string): (axisMs: number) => HTMLElement {
  const { say, language } = useSpeech();
  const { scheme } = useSurroundings();
  const palette = PALETTES[scheme];
  return (axisMs) => {
    const atMs = axisMs - zoneOffsetMs(beganAtMs, zone);
    const sample = samples.findLast((one) => one.atMs <= atMs);
    const title = dayAndTime(sample?.atMs ?? atMs, { language, zone });
    if (sample === undefined) return tipElement(title, []);
    const { powerW, meterWh, socPercent, currentL1A, currentL2A, currentL3A } = sample;
    const currents = [currentL1A, currentL2A, currentL3A].filter((one) => one !== null);
    const energy = meterWh === null || meterStartWh === null ? null : kilowattHours(meterWh - meterStartWh, language);
    return tipElement(title, [
      {
        color: palette.level,
        label: say("charging.course.power"),
        value: powerW === null ? "—" : `${quantity(powerW / 1_000, language, "kW")} kW`,
      },
      {
        color: palette.outflow,
        label: say("charging.course.energy"),
        value: energy === null ? "—" : `${energy} kWh`,
      },
      ...(currents.length === 0
        ? []
        : [
            {
              color: "transparent",
              label: say("charging.course.current"),
              value: `${currents.map((one) => quantity(one, language, "A")).join(" / ")} A`,
            },
          ]),
      ...(socPercent === null
        ? []
        : [{ color: "transparent", label: say("charging.course.soc"), value: `${quantity(socPercent, language)} %` }]),
    ]);
  };
}
