import { Alert, Button, Card, Tag } from "antd";
import { useState, type ReactNode } from "react";

import type { AlarmLiveView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";
import { Priority } from "../wizard/alarms-step.tsx";
import { PlanCard } from "./plan-card.tsx";
import { ReasonDialog, type ReasonFor } from "./reason-dialog.tsx";

const ORDER = ["critical", "high", "medium", "low"];

/** Alarms that stand, what may be done to them, and what is out of service. */
export function AlarmsPage(): ReactNode {
  const speech = useSpeech();
  const { state } = useLive();
  const [asked, setAsked] = useState<ReasonFor>();
  const { run, isRunning, problem } = useDeed();
  const alarms = (state?.alarms ?? []).toSorted(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority) ||
      b.raisedAtMs - a.raisedAtMs,
  );
  return (
    <>
      {problem}
      {alarms.length === 0 && <Alert type="success" showIcon title={speech.say("alarm.none")} />}
      {alarms.map((alarm) => (
        <AlarmCard key={`${alarm.ruleId} ${alarm.occurrenceId}`} {...{ alarm, isRunning, run }} onAsk={setAsked} />
      ))}
      <PlanCard />
      {asked !== undefined && <ReasonDialog asked={asked} onClosed={() => setAsked(undefined)} />}
    </>
  );
}

interface AlarmCardProps {
  readonly alarm: AlarmLiveView;
  readonly isRunning: boolean;
  readonly run: (work: () => Promise<unknown>) => void;
  readonly onAsk: (asked: ReasonFor) => void;
}

function AlarmCard({ alarm, isRunning, run, onAsk }: AlarmCardProps): ReactNode {
  const speech = useSpeech();
  const { ruleId, suppression, priority, state, message, plan, raisedAtMs, value, deviceId, pointId } = alarm;
  return (
    <Card size="small" className={`alarm ${priority} ${isOpen(alarm) ? "open" : ""}`} data-alarm={ruleId}>
      <div className="alarm-words">
        <b>{message[speech.language]}</b>
        <span className="quiet">
          {speech.say("alarm.raised", { time: speech.time(raisedAtMs) })}
          {value === null ? "" : ` · ${Number(value.toFixed(3))}`} · {deviceId} {pointId}
        </span>
        {suppression.kind === "out-of-service" && (
          <span className="quiet">
            {suppression.by}: {suppression.reason}
          </span>
        )}
        {plan !== undefined && (
          <span className="quiet">
            {speech.say("plan.shown", {
              who: plan.by,
              from: speech.time(plan.fromMs),
              time: speech.time(plan.untilMs),
              reason: plan.reason,
            })}
          </span>
        )}
        {suppression.kind === "shelved" && (
          <span className="quiet">
            {speech.say("alarm.byUntil", {
              who: suppression.by,
              time: speech.time(suppression.untilMs),
              reason: suppression.reason,
            })}
          </span>
        )}
      </div>
      <div className="alarm-tags">
        <Priority priority={priority} />
        <Tag>
          {suppression.kind === "none" ? speech.words.state[state] : speech.words.suppression[suppression.kind]}
        </Tag>
      </div>
      <AlarmButtons {...{ alarm, isRunning, run, onAsk }} />
    </Card>
  );
}

function AlarmButtons({ alarm, isRunning, run, onAsk }: AlarmCardProps): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { ruleId, occurrenceId, version, suppression, plan } = alarm;
  const seen = { occurrenceId, version };
  const isOwn = site?.document.rules.some(({ id }) => id === ruleId) === true;
  return (
    <div className="buttons">
      {isOpen(alarm) && (
        <Button type="primary" disabled={isRunning} onClick={() => run(() => act("/alarms/acknowledge", seen))}>
          {speech.say("alarm.acknowledge")}
        </Button>
      )}
      {suppression.kind === "shelved" && (
        <Button disabled={isRunning} onClick={() => run(() => act("/alarms/plan/end", { ruleId }))}>
          {speech.say("alarm.unshelve")}
        </Button>
      )}
      {plan !== undefined && (
        <Button disabled={isRunning} onClick={() => run(() => act("/alarms/plan/end", { ruleId }))}>
          {speech.say("plan.end")}
        </Button>
      )}
      {suppression.kind !== "shelved" && occurrenceId !== null && (
        <Button onClick={() => onAsk({ kind: "shelve", occurrenceId, version })}>{speech.say("alarm.shelve")}</Button>
      )}
      {suppression.kind === "out-of-service" ? (
        <Button disabled={isRunning} onClick={() => run(() => act("/alarms/service", { ruleId }))}>
          {speech.say("alarm.back")}
        </Button>
      ) : (
        isOwn && <Button onClick={() => onAsk({ kind: "service", ruleId })}>{speech.say("alarm.out")}</Button>
      )}
    </div>
  );
}

function isOpen({ state, suppression }: AlarmLiveView): boolean {
  return state.endsWith("unacknowledged") && suppression.kind === "none";
}
