import { Drawer } from "antd";
import type { ReactNode } from "react";

import type { ChargingDetail, ChargingTransaction } from "../../../../api/charging-schemas.ts";
import type { TransactionRef } from "../../api/charging-endpoints.ts";
import { askTransaction } from "../../api/charging-endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import type { Speech } from "../../app/desk-context.tsx";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { dayAndTime } from "../../i18n/format.ts";
import { zoneOf } from "../../live/names.ts";
import { Failed, Loading } from "../../parts/states.tsx";
import { durationOf, hoursAndMinutes, kilowattHours } from "./figures.ts";
import { SessionCourse } from "./session-course.tsx";
import { Notes, StatusMark } from "./session-marks.tsx";
import { Where } from "./session-table.tsx";

import "../../parts/steps.css";

interface SessionDrawerProps {
  readonly which: TransactionRef;
  readonly onClose: () => void;
}

const AGAIN_MS = 15_000;

/** One session: how it stands, its course, and every record of it. */
export function SessionDrawer({ which, onClose }: SessionDrawerProps): ReactNode {
  const { say } = useSpeech();
  const { feed, connection } = useDesk();
  const nowMs = useNowMs(AGAIN_MS);
  const key = `${which.gatewayId}/${which.deviceId}/${which.transaction}`;
  const round = connection.kind === "lost" ? "lost" : Math.floor(nowMs / AGAIN_MS);
  const query = useQuery(key, (signal) => askTransaction(which, signal), round);
  const zone = zoneOf(feed, which.gatewayId);
  return (
    <Drawer open size={620} title={say("charging.details")} onClose={onClose}>
      {query.last === undefined && query.kind === "failed" ? <Failed error={query.error} onAgain={onClose} /> : null}
      {query.last === undefined && query.kind === "loading" ? <Loading /> : null}
      {query.last === undefined ? null : (
        <>
          <Standing session={query.last} zone={zone} nowMs={nowMs} />
          <SessionCourse detail={query.last} zone={zone} />
          <Steps detail={query.last} zone={zone} />
        </>
      )}
    </Drawer>
  );
}

interface StandingProps {
  readonly session: ChargingTransaction;
  readonly zone: string;
  readonly nowMs: number;
}

function Standing({ session, zone, nowMs }: StandingProps): ReactNode {
  const speech = useSpeech();
  const { say, word, language } = speech;
  const { energyWh, idTag, idTagStatus, reason, claimedId, reconciled, gatewayId, deviceId } = session;
  const lastedMs = durationOf(session, nowMs);
  const instant = (ms: number | null): string => (ms === null ? "—" : dayAndTime(ms, { language, zone }));
  return (
    <div className="session-standing">
      <p>
        <StatusMark status={session.status} /> <Notes session={session} />
      </p>
      <p className="session-energy">
        <b>{energyWh === null ? "—" : kilowattHours(energyWh, language)}</b> kWh
        {lastedMs === undefined ? null : <span className="quiet"> · {hoursAndMinutes(lastedMs)}</span>}
      </p>
      {explanationsOf(session, speech).map(({ text, isTrouble }) => (
        <p key={text} className={isTrouble ? "banner" : "quiet"}>
          {text}
        </p>
      ))}
      <dl>
        <dt>{say("charging.transaction")}</dt>
        <dd className="mono">{session.transaction}</dd>
        <dt>{say("charging.where")}</dt>
        <dd>
          <Where session={session} hasSite /> ·{" "}
          <Link to={{ page: "device", gatewayId, deviceId }}>{say("charging.toDevice")}</Link>
        </dd>
        <dt>{say("charging.began")}</dt>
        <dd>{instant(session.startedAtMs)}</dd>
        <dt>{say("charging.ended")}</dt>
        <dd>
          {instant(session.stoppedAtMs)}
          {reason === null ? "" : ` · ${reason}`}
        </dd>
        <dt>{say("charging.meter")}</dt>
        <dd>{meterText(session, speech)}</dd>
        <dt>{say("charging.idTag")}</dt>
        <dd>
          <span className="mono">{idTag ?? "—"}</span>
          {idTagStatus === null ? "" : ` · ${idTagStatus}`}
        </dd>
        {reconciled === null ? null : (
          <>
            <dt>{say("charging.how")}</dt>
            <dd>
              {word("charging.how", reconciled)}
              {claimedId === null || claimedId === session.transaction ? null : (
                <span className="quiet">
                  {" "}
                  · {say("charging.claimed")} {claimedId}
                </span>
              )}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

function meterText({ meterStartWh, meterStopWh, meterLastWh }: ChargingTransaction, { say, language }: Speech): string {
  const shown = (wh: number | null): string => (wh === null ? "—" : kilowattHours(wh, language));
  return say("charging.meter.range", { from: shown(meterStartWh), to: shown(meterStopWh ?? meterLastWh) });
}

/** What somebody who checks a bill has to know of it. */
function explanationsOf(
  session: ChargingTransaction,
  { say }: Speech,
): readonly { text: string; isTrouble: boolean }[] {
  const { status, isOffline, holeCount, missingCount, duplicateCount } = session;
  const all: { text: string; isTrouble: boolean }[] = [];
  const add = (text: string, isTrouble: boolean): void => {
    all.push({ text, isTrouble });
  };
  if (status === "unmatched" || status === "unended") add(say(`charging.explain.${status}`), true);
  if (status === "refused") add(say("charging.explain.refused"), false);
  if (isOffline) add(say("charging.explain.offline"), false);
  if (holeCount > 0) add(say("charging.explain.gaps", { count: holeCount }), true);
  if (missingCount > 0) add(say("charging.explain.missing", { count: missingCount }), true);
  if (duplicateCount > 0) add(say("charging.explain.duplicates", { count: duplicateCount }), false);
  if (status === "ended" && holeCount + missingCount + duplicateCount === 0) add(say("charging.explain.whole"), false);
  return all;
}

interface StepsProps {
  readonly detail: ChargingDetail;
  readonly zone: string;
}

/** What says something of the messages, not of the charging. */
const ABOUT_MESSAGES = new Set(["transaction-duplicate", "transaction-gap"]);

function Steps({ detail: { steps }, zone }: StepsProps): ReactNode {
  const { say, word, language } = useSpeech();
  if (steps.length === 0) return null;
  return (
    <section>
      <h2>{say("charging.steps")}</h2>
      <ol className="steps">
        {steps.map(({ name, occurredAtMs }, index) => (
          <li key={`${index}${name}`} data-step={!ABOUT_MESSAGES.has(name)}>
            <time className="quiet">{dayAndTime(occurredAtMs, { language, zone })}</time>
            <strong>{word("charging.step", name)}</strong>
          </li>
        ))}
      </ol>
    </section>
  );
}
