import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import { shortTime } from "../../i18n/format.ts";
import type { JourneyStep } from "../../kinds/journey.ts";

interface JourneyStripProps {
  readonly journey: readonly JourneyStep[];
  readonly zone: string;
}

/** The way of a call as five stations, from the press to its end; what is reached is filled. */
export function JourneyStrip({ journey, zone }: JourneyStripProps): ReactNode {
  const { say, language } = useSpeech();
  const nowMs = Date.now();
  const last = journey.findLastIndex(({ isReached }) => isReached);
  return (
    <ol className="journey">
      {journey.map(({ stage, isReached, atMs, by }, index) => (
        <li key={stage} data-reached={isReached} aria-current={index === last ? "step" : undefined}>
          <i aria-hidden="true">{isReached ? "✓" : index + 1}</i>
          <strong>{say(`call.stage.${stage}`)}</strong>
          <span className="quiet">{by}</span>
          <time className="quiet">{atMs === undefined ? "" : shortTime(atMs, nowMs, { language, zone })}</time>
        </li>
      ))}
    </ol>
  );
}
