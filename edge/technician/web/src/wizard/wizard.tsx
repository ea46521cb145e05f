import { Button, Steps } from "antd";
import { useState, type ReactNode } from "react";

import { useSpeech } from "../app/words.tsx";
import { DraftBar } from "../draft/draft-bar.tsx";
import { AddStep } from "./add-step.tsx";
import { AlarmsStep } from "./alarms-step.tsx";
import { CheckStep } from "./check-step.tsx";
import { ClaimStep } from "./claim-step.tsx";
import { DrillStep } from "./drill-step.tsx";
import { FindStep } from "./find-step.tsx";
import { NetworkStep } from "./network-step.tsx";
import { ReportStep } from "./report-step.tsx";
import { ZonesStep } from "./zones-step.tsx";

const STEPS = ["network", "claim", "find", "add", "check", "zones", "alarms", "drill", "report"] as const;
type Step = (typeof STEPS)[number];

const REMEMBERED = "outpost.step";

/** The technician's day from unboxing to the report. Every step can be gone back to. */
export function Wizard(): ReactNode {
  const speech = useSpeech();
  const [at, setAt] = useState(firstStep);
  const step = STEPS[at] ?? "network";
  const go = (next: number) => {
    setAt(next);
    sessionStorage.setItem(REMEMBERED, STEPS[next] ?? "network");
    window.scrollTo({ top: 0 });
  };
  return (
    <div className="wizard">
      <Steps
        className="wizard-steps"
        current={at}
        onChange={go}
        size="small"
        orientation="vertical"
        items={STEPS.map((one) => ({ title: speech.say(`step.${one}`) }))}
      />
      <section className="wizard-step">
        <h2>
          {at + 1}. {speech.say(`step.${step}`)}
        </h2>
        <StepBody step={step} onStep={(next) => go(STEPS.indexOf(next))} />
        <DraftBar key={step} />
        <div className="wizard-move">
          <Button disabled={at === 0} onClick={() => go(at - 1)}>
            {speech.say("step.back")}
          </Button>
          <Button type="primary" disabled={at === STEPS.length - 1} onClick={() => go(at + 1)}>
            {speech.say("step.next")}
          </Button>
        </div>
      </section>
    </div>
  );
}

function StepBody({ step, onStep }: { readonly step: Step; readonly onStep: (step: Step) => void }): ReactNode {
  switch (step) {
    case "network":
      return <NetworkStep />;
    case "claim":
      return <ClaimStep />;
    case "find":
      return <FindStep onUsed={() => onStep("add")} />;
    case "add":
      return <AddStep />;
    case "check":
      return <CheckStep />;
    case "zones":
      return <ZonesStep />;
    case "alarms":
      return <AlarmsStep />;
    case "drill":
      return <DrillStep />;
    case "report":
      return <ReportStep />;
  }
}

function firstStep(): number {
  const remembered = sessionStorage.getItem(REMEMBERED);
  return Math.max(
    0,
    STEPS.findIndex((one) => one === remembered),
  );
}
