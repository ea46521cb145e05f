import { Alert, Button, Card, Tag } from "antd";
import { useState, type ReactNode } from "react";

import type { AlarmLiveView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";
import { Priority } from "../wizard/alarms-step.tsx";
import { ReasonDialog, type ReasonFor } from "./reason-dialog.tsx";

const ORDER = ["critical", "high", "medium", "low"];

/** Alarms that stand, what may be done to them, and what is out of service. */
export function AlarmsPage(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { state } = useLive();
  const [asked, setAsked] = useState<ReasonFor>();
  const { run, isRunning, problem } = useDeed();
  const alarms = (state?.alarms ?? []).toSorted(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority) ||
      b.raisedAtMs - a.raisedAtMs,
  );
  const out = site?.document.rules.filter(({ outOfService }) => outOfService !== undefined) ?? [];
  return (
    <>
      {problem}
      {alarms.length === 0 && <Alert type="success" showIcon title={speech.say("alarm.none")} />}
      {alarms.map((alarm) => (
        <AlarmCard key={`${alarm.ruleId} ${alarm.occurrenceId}`} {...{ alarm, isRunning, run }} onAsk={setAsked} />
      ))}
      {out.length > 0 && (
        <Card size="small" title={speech.say("alarm.outOfService")}>
          <ul className="actions">
            {out.map((rule) => (
              <li key={rule.id}>
                <b>{rule.message[speech.language]}</b>
                <span className="quiet">
                  {rule.outOfService?.by}: {rule.outOfService?.reason}
                </span>
                <Button
                  size="small"
                  loading={isRunning}
                  onClick={() => run(() => act("/alarms/service", { ruleId: rule.id }))}
                >
                  {speech.say("alarm.back")}
                </Button>
              </li>
            ))}
          </ul>
        </Card>
      )}
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
  const { site } = useSite();
  const { occurrenceId, version, suppression, priority, state, message, raisedAtMs, value, deviceId, pointId } = alarm;
  const seen = { occurrenceId, version };
  const isShelved = suppression.kind === "shelved";
  const isOwn = site?.document.rules.some(({ id }) => id === alarm.ruleId) === true;
  return (
    <Card size="small" className={`alarm ${priority} ${isOpen(alarm) ? "open" : ""}`} data-alarm={alarm.ruleId}>
      <div className="alarm-words">
        <b>{message[speech.language]}</b>
        <span className="quiet">
          {speech.say("alarm.raised", { time: speech.time(raisedAtMs) })}
          {value === null ? "" : ` · ${Number(value.toFixed(3))}`} · {deviceId} {pointId}
        </span>
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
      <div className="buttons">
        {isOpen(alarm) && (
          <Button type="primary" disabled={isRunning} onClick={() => run(() => act("/alarms/acknowledge", seen))}>
            {speech.say("alarm.acknowledge")}
          </Button>
        )}
        {isShelved ? (
          <Button disabled={isRunning} onClick={() => run(() => act("/alarms/unshelve", seen))}>
            {speech.say("alarm.unshelve")}
          </Button>
        ) : (
          <Button onClick={() => onAsk({ kind: "shelve", ...seen })}>{speech.say("alarm.shelve")}</Button>
        )}
        {isOwn && (
          <Button onClick={() => onAsk({ kind: "service", ruleId: alarm.ruleId })}>{speech.say("alarm.out")}</Button>
        )}
      </div>
    </Card>
  );
}

function isOpen({ state, suppression }: AlarmLiveView): boolean {
  return state.endsWith("unacknowledged") && suppression.kind === "none";
}
