import { Alert, Button, Card, Input, Select, Tag, Timeline } from "antd";
import { useState, type ReactNode } from "react";

import { tallyAlarms } from "../../../report/report-content.ts";
import { DRILL_STEPS, type BookView, type ChainTestView, type DrillView, type Verdict } from "../../../server/views.ts";
import { drillDetail } from "../../../words/drill-detail.ts";
import { act } from "../api/ask.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";

/** Press the button, hear the siren, see the acknowledgement: one alarm after the other. */
export function DrillStep(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { drill } = useLive();
  const { answer: book, again } = useAsked<BookView>("/book");
  const [ruleId, setRuleId] = useState<string>();
  const { run, isRunning, problem } = useDeed();
  if (site === undefined || book === undefined) return null;
  const { rules } = site.document;
  const { of, passed, failed } = tallyAlarms(rules, book);
  const verdicts = new Map(book.drills.map((one) => [one.ruleId, one.verdict] as const));
  return (
    <>
      <p className="quiet">{speech.say("drill.hint")}</p>
      <p>{speech.say("drill.tried", { done: passed + failed, of })}</p>
      <div className="buttons">
        <Select
          className="grow"
          value={ruleId}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={speech.say("drill.choose")}
          aria-label={speech.say("drill.choose")}
          onChange={setRuleId}
          options={rules.map(({ id, message }) => ({
            value: id,
            label: `${marked(verdicts.get(id))}${message[speech.language]}`,
          }))}
        />
        <Button
          type="primary"
          disabled={ruleId === undefined}
          loading={isRunning}
          onClick={() => run(() => act("/drill", { ruleId }))}
        >
          {speech.say("drill.start")}
        </Button>
      </div>
      {ruleId !== undefined && <ChainTest key={ruleId} ruleId={ruleId} />}
      {problem}
      {drill !== null && <DrillCard key={drill.startedAtMs} drill={drill} onJudged={again} />}
    </>
  );
}

/** Exercises the chain without a button: the siren sounds, and everything is marked as a test. */
function ChainTest({ ruleId }: { readonly ruleId: string }): ReactNode {
  const speech = useSpeech();
  const [result, setResult] = useState<ChainTestView>();
  const { run, isRunning, problem } = useDeed();
  const test = () => run(async () => setResult(await act<ChainTestView>("/alarms/test", { ruleId })));
  return (
    <div className="chain-test">
      <Button loading={isRunning} onClick={test}>
        {speech.say("chain.test")}
      </Button>
      <span className="quiet">{speech.say("chain.hint")}</span>
      {problem}
      {result?.kind === "refused" && <Alert type="warning" showIcon title={result.detail} />}
      {result?.kind === "tested" && (
        <Alert
          type={result.isPassed ? "success" : "error"}
          showIcon
          title={speech.say(result.isPassed ? "chain.passed" : "chain.failed")}
          description={result.actions.map(({ actionId, verdict, detail }) => (
            <div key={actionId}>
              <b>{actionId}</b> {speech.word("chain.verdict", verdict)} {detail}
            </div>
          ))}
        />
      )}
    </div>
  );
}

function marked(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "";
  return verdict === "pass" ? "✓ " : "✗ ";
}

function DrillCard({ drill, onJudged }: { readonly drill: DrillView; readonly onJudged: () => void }): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { state } = useLive();
  const [comment, setComment] = useState("");
  const { run, isRunning, problem } = useDeed();
  const rule = site?.document.rules.find(({ id }) => id === drill.ruleId);
  const alarm = state?.alarms.find(({ occurrenceId }) => occurrenceId !== null && occurrenceId === drill.occurrenceId);
  const judge = (verdict: Verdict) =>
    run(async () => {
      await act("/drill/end", { verdict, comment });
      onJudged();
    });
  const acknowledge = () =>
    run(() => act("/alarms/acknowledge", { occurrenceId: drill.occurrenceId, version: drill.version }));
  const canAcknowledge = alarm?.state.endsWith("unacknowledged") === true;
  return (
    <Card
      size="small"
      title={rule?.message[speech.language] ?? drill.ruleId}
      extra={<Tag color={drill.state === "done" ? "green" : "blue"}>{speech.say(`drill.state.${drill.state}`)}</Tag>}
    >
      <DrillTimeline drill={drill} />
      {problem}
      <Button type="primary" disabled={!canAcknowledge || isRunning} onClick={acknowledge}>
        {speech.say("drill.acknowledge")}
      </Button>
      <div className="drill-judge">
        <span>{speech.say("drill.heard")}</span>
        <Input
          value={comment}
          placeholder={speech.say("check.comment")}
          aria-label={speech.say("check.comment")}
          maxLength={500}
          onChange={({ target }) => setComment(target.value)}
        />
        <Button disabled={isRunning} onClick={() => judge("pass")}>
          {speech.say("check.pass")}
        </Button>
        <Button danger disabled={isRunning} onClick={() => judge("fail")}>
          {speech.say("check.fail")}
        </Button>
      </div>
    </Card>
  );
}

function DrillTimeline({ drill }: { readonly drill: DrillView }): ReactNode {
  const speech = useSpeech();
  const began = drill.steps.pressed?.atMs ?? drill.steps.raised?.atMs;
  return (
    <Timeline
      items={DRILL_STEPS.map((step) => {
        const seen = drill.steps[step];
        const isMissing = drill.missing.includes(step);
        const color = seen !== undefined ? "green" : isMissing ? "gray" : "blue";
        const after =
          seen === undefined || began === undefined
            ? speech.say(isMissing ? "drill.missing" : "drill.waiting")
            : `${speech.time(seen.atMs)} · ${speech.say("drill.after", { ms: Math.round(seen.atMs - began) })}`;
        return {
          color,
          content: (
            <span data-step={step} data-seen={seen !== undefined}>
              <b>{speech.say(`drill.step.${step}`)}</b>{" "}
              <span className="quiet">
                {after} {seen !== undefined && drillDetail(speech.language, step, seen.detail)}
              </span>
            </span>
          ),
        };
      })}
    />
  );
}
