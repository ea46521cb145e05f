import { Button, Card, Input, Select } from "antd";
import { useState, type ReactNode } from "react";

import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";

const HOUR_MS = 3_600_000;
const STARTS_MS = [0, HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS];
const LENGTHS_MS = [HOUR_MS, 4 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS];

/** A shelve that is planned before the alarm comes: for the maintenance of tomorrow. */
export function PlanCard(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const [ruleId, setRuleId] = useState<string>();
  const [startInMs, setStart] = useState(0);
  const [forMs, setFor] = useState(HOUR_MS);
  const [reason, setReason] = useState("");
  const { run, isRunning, problem } = useDeed();
  if (site === undefined || site.document.rules.length === 0) return null;
  const plan = () =>
    run(async () => {
      await act("/alarms/plan", { ruleId, startInMs, forMs, reason });
      setReason("");
    });
  const start = (ms: number) =>
    ms === 0 ? speech.say("plan.now") : speech.say("plan.in", { time: speech.duration(ms) });
  return (
    <Card size="small" title={speech.say("plan.title")}>
      <div className="buttons">
        <Select
          className="grow"
          value={ruleId}
          placeholder={speech.say("plan.rule")}
          aria-label={speech.say("plan.rule")}
          onChange={setRuleId}
          options={site.document.rules.map(({ id, message }) => ({ value: id, label: message[speech.language] }))}
        />
        <Select
          value={startInMs}
          aria-label={speech.say("plan.start")}
          onChange={setStart}
          options={STARTS_MS.map((ms) => ({ value: ms, label: start(ms) }))}
        />
        <Select
          value={forMs}
          aria-label={speech.say("alarm.for")}
          onChange={setFor}
          options={LENGTHS_MS.map((ms) => ({ value: ms, label: speech.duration(ms) }))}
        />
        <Input
          className="grow"
          value={reason}
          placeholder={speech.say("alarm.reason")}
          aria-label={speech.say("alarm.reason")}
          maxLength={500}
          onChange={({ target }) => setReason(target.value)}
        />
        <Button loading={isRunning} disabled={ruleId === undefined || reason.trim() === ""} onClick={plan}>
          {speech.say("plan.do")}
        </Button>
      </div>
      {problem}
    </Card>
  );
}
