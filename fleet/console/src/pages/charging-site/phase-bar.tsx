import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import { phaseState, type SupplyPhase } from "../../kinds/charging-site.ts";
import type { Shown } from "../../live/shown.ts";
import { ShownValue, useShownText } from "../../parts/shown-value.tsx";

interface PhaseBarProps {
  readonly phase: SupplyPhase;
}

const FIGURES = ["metered", "exposed", "available", "limit"] as const;

/** One phase: what flows as a filled bar, what was granted as a hatched one, what is left and the limit as lines. */
export function PhaseBar({ phase }: PhaseBarProps): ReactNode {
  const { say } = useSpeech();
  const textOf = useShownText();
  const state = phaseState(phase);
  const most = Math.max(1, ...FIGURES.map((what) => valueOf(phase[what]))) * 1.04;
  const share = (value: Shown): string => `${(Math.max(0, valueOf(value)) / most) * 100}%`;
  const label = FIGURES.map((what) => `${say(`chargingSite.${what}`)} ${textOf(phase[what])}`).join(", ");
  return (
    <div className="phase" data-state={state}>
      <b>{phase.name}</b>
      <div className="phase-bar" role="img" aria-label={`${phase.name}: ${say(`chargingSite.${state}`)}, ${label}`}>
        {phase.exposed.kind === "good" ? <i data-what="exposed" style={{ width: share(phase.exposed) }} /> : null}
        {phase.metered.kind === "good" ? <i data-what="metered" style={{ width: share(phase.metered) }} /> : null}
        {phase.available.kind === "good" ? <i data-what="available" style={{ left: share(phase.available) }} /> : null}
        {phase.limit.kind === "good" ? <i data-what="limit" style={{ left: share(phase.limit) }} /> : null}
      </div>
      <span className="phase-state">
        <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true">
          {SHAPES[state]}
        </svg>
        {say(`chargingSite.${state}`)}
      </span>
      <dl aria-hidden="true">
        {FIGURES.map((what) => (
          <div key={what}>
            <dt>{say(`chargingSite.${what}`)}</dt>
            <dd>
              <ShownValue shown={phase[what]} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const SHAPES: Readonly<Record<ReturnType<typeof phaseState>, ReactNode>> = {
  over: <path d="M6 0 12 11H0z" fill="currentColor" />,
  lowering: <path d="M6 11 0 2h12z" fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinejoin="round" />,
  within: <circle cx={6} cy={6} r={4.5} fill="none" stroke="currentColor" strokeWidth={1.6} />,
  unknown: <path d="M2 6h8" stroke="currentColor" strokeWidth={1.8} strokeDasharray="2 2" />,
};

function valueOf(value: Shown): number {
  return value.kind === "good" ? value.value : 0;
}
