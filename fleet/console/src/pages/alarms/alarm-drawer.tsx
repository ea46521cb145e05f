import { Drawer } from "antd";
import type { ReactNode } from "react";

import type { Alarm, AlarmDetail } from "../../../../api/schemas.ts";
import { askAlarm } from "../../api/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import type { Speech } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { dayAndTime, quantity } from "../../i18n/format.ts";
import { isUnacknowledged } from "../../live/alarms.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { AcknowledgeButton } from "../../parts/alarms/acknowledge-button.tsx";
import { AlarmState, Marks, Priority } from "../../parts/alarms/alarm-marks.tsx";
import { sayCommand } from "../../parts/orders/command-text.ts";
import { Failed, Loading } from "../../parts/states.tsx";

import "../../parts/steps.css";

interface AlarmDrawerProps {
  readonly alarmId: string;
  readonly onClose: () => void;
}

/** One alarm: how it stands, what it stands for, and every step of its life. */
export function AlarmDrawer({ alarmId, onClose }: AlarmDrawerProps): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const live = feed.alarms.get(alarmId)?.value;
  const command = [...feed.commands.values()].filter(({ value }) => orderedFor(value.order) === alarmId).at(-1)?.value;
  // Read anew with each step of the alarm and each answer to a command about it.
  const query = useQuery(
    alarmId,
    (signal) => askAlarm(alarmId, signal),
    `${live?.version ?? 0}${command?.state ?? ""}${live?.asking?.change ?? ""}${live?.asking?.answerByMs ?? ""}`,
  );
  const alarm = newer(live, query.last);
  return (
    <Drawer open size={480} title={say("alarm.details")} onClose={onClose}>
      {alarm === undefined && query.kind === "failed" ? <Failed error={query.error} onAgain={onClose} /> : null}
      {alarm === undefined && query.kind === "loading" ? <Loading /> : null}
      {alarm === undefined ? null : <Standing alarm={alarm} />}
      {query.last === undefined ? null : <History detail={query.last} />}
    </Drawer>
  );
}

interface StandingProps {
  readonly alarm: Alarm;
}

function Standing({ alarm }: StandingProps): ReactNode {
  const speech = useSpeech();
  const { say, text, language } = speech;
  const { feed } = useDesk();
  const zone = zoneOf(feed, alarm.gatewayId);
  const site = gatewayOf(feed, alarm.gatewayId)?.site;
  const suppressed = suppressionText(alarm, zone, speech);
  return (
    <div className="alarm-standing">
      <p>
        <Priority priority={alarm.priority} isUnacknowledged={isUnacknowledged(alarm)} /> <AlarmState alarm={alarm} />{" "}
        <Marks alarm={alarm} />
      </p>
      <h2>{text(alarm.message)}</h2>
      {suppressed === undefined ? null : <p className="banner">{suppressed}</p>}
      {alarm.clockConfidence === "doubtful" ? <p className="banner">{say("alarm.clockDoubtful")}</p> : null}
      <dl>
        <dt>{say("alarm.raised")}</dt>
        <dd>{dayAndTime(alarm.raisedAtMs, { language, zone })}</dd>
        <dt>{say("alarm.where")}</dt>
        <dd>
          {site === undefined || site === null ? alarm.gatewayId : text(site.name)} ·{" "}
          {alarm.deviceId === null ? (
            say("alarm.ofGateway")
          ) : (
            <Link to={{ page: "device", gatewayId: alarm.gatewayId, deviceId: alarm.deviceId }}>
              {say("alarm.openDevice")}
            </Link>
          )}
        </dd>
        <dt>{say("alarm.value")}</dt>
        <dd>{alarm.value === null ? "—" : quantity(alarm.value, language)}</dd>
        {alarm.asking === undefined ? null : (
          <>
            <dt>{say("alarm.asking")}</dt>
            <dd>{askingText(alarm.asking, zone, speech)}</dd>
          </>
        )}
        <dt>{say("alarm.rule")}</dt>
        <dd className="mono">{alarm.ruleId}</dd>
      </dl>
      {isUnacknowledged(alarm) ? <AcknowledgeButton alarm={alarm} size="middle" /> : null}
    </div>
  );
}

interface HistoryProps {
  readonly detail: AlarmDetail;
}

/** Steps of the alarm and orders from the desk, in one line of time. */
function History({ detail }: HistoryProps): ReactNode {
  const { say, text, language } = useSpeech();
  const { feed } = useDesk();
  const zone = zoneOf(feed, detail.gatewayId);
  const entries = [
    ...detail.steps.map((step) => ({
      key: `step${step.version}`,
      atMs: step.occurredAtMs,
      title: say(`alarm.change.${step.change}`),
      note: [step.actor, step.note, step.value === null ? null : quantity(step.value, language)],
      isStep: true,
    })),
    ...(detail.notifications ?? []).map((told, index) => ({
      key: `told${index}`,
      atMs: told.occurredAtMs,
      title: say(`alarm.told.${told.change}`, {
        who: told.who?.map((one) => text(one)).join(", ") ?? told.actionId ?? "",
      }),
      note: [
        told.reference ?? null,
        told.attempts === undefined || told.attempts === 1 ? null : say("alarm.told.times", { count: told.attempts }),
        told.note ?? null,
      ],
      isStep: false,
    })),
    ...detail.commands.map((command) => ({
      key: command.id,
      atMs: command.sentAtMs,
      title: say("alarm.order", { outcome: sayCommand(language, command) }),
      note: [command.actor],
      isStep: false,
    })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  return (
    <section>
      <h2>{say("alarm.history")}</h2>
      <ol className="steps">
        {entries.map((entry) => (
          <li key={entry.key} data-step={entry.isStep}>
            <time className="quiet">{dayAndTime(entry.atMs, { language, zone })}</time>
            <strong>{entry.title}</strong>
            <span className="quiet">{entry.note.filter((part) => part !== null && part !== "").join(" · ")}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The higher version: the live stream and the answer to a question overtake one another. */
function newer(live: Alarm | undefined, read: Alarm | undefined): Alarm | undefined {
  if (live === undefined || read === undefined) return live ?? read;
  return live.version >= read.version ? live : read;
}

function orderedFor(order: AlarmDetail["commands"][number]["order"]): string | undefined {
  return "occurrenceId" in order ? order.occurrenceId : undefined;
}

function askingText(asking: NonNullable<Alarm["asking"]>, zone: string, { say, text, language }: Speech): string {
  const { change, step, who, answerByMs } = asking;
  if (change === "unanswered" || answerByMs === null) return say("alarm.asking.unanswered");
  const until = dayAndTime(answerByMs, { language, zone });
  return say("alarm.asking.asked", { who: who.map((one) => text(one)).join(", "), step, until });
}

function suppressionText(alarm: Alarm, zone: string, { say, language }: Speech): string | undefined {
  const { suppression } = alarm;
  switch (suppression.kind) {
    case "none":
      return undefined;
    case "shelved": {
      const until = dayAndTime(suppression.untilMs, { language, zone });
      return say("alarm.suppression.shelved", { by: suppression.by, until, reason: suppression.reason });
    }
    case "suppressed-by-design":
      return say("alarm.suppression.suppressed-by-design", { by: suppression.by });
    case "out-of-service":
      return say("alarm.suppression.out-of-service", { by: suppression.by, reason: suppression.reason });
  }
}
