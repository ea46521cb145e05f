import type { ReactNode } from "react";
import { useEffect } from "react";

import { shortTime } from "../../i18n/format.ts";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { AcknowledgeButton } from "../../parts/alarms/acknowledge-button.tsx";
import { Priority } from "../../parts/alarms/alarm-marks.tsx";
import { useDesk, useSpeech } from "../desk-context.tsx";
import { Link } from "../router.tsx";

import "./alarm-ribbon.css";

/** The most urgent unacknowledged alarm, on every page, read out as it arrives. */
export function AlarmRibbon(): ReactNode {
  const { say, text, language } = useSpeech();
  const { feed } = useDesk();
  const waiting = openAlarms(feed).filter(isUnacknowledged);
  const first = waiting[0];
  const app = say("app.name");
  useEffect(() => {
    document.title = waiting.length === 0 ? app : `(${waiting.length}) ${app}`;
  }, [waiting.length, app]);
  return (
    <div role="alert" aria-label={say("alarm.ribbon")}>
      {first === undefined ? null : (
        <div className="ribbon" data-priority={first.priority}>
          <Priority priority={first.priority} isUnacknowledged />
          <Link to={{ page: "alarms", alarmId: first.id }} className="ribbon-message">
            <strong>{text(first.message)}</strong>
          </Link>
          <span className="quiet">
            {whereText(gatewayOf(feed, first.gatewayId)?.site?.name, first.gatewayId, text)}
          </span>
          <time className="quiet">
            {shortTime(first.raisedAtMs, Date.now(), { language, zone: zoneOf(feed, first.gatewayId) })}
          </time>
          <span className="ribbon-end">
            {waiting.length > 1 ? (
              <Link to={{ page: "alarms" }}>{say("alarm.ribbon.more", { count: waiting.length - 1 })}</Link>
            ) : null}
            <AcknowledgeButton alarm={first} />
          </span>
        </div>
      )}
    </div>
  );
}

function whereText<Pair>(name: Pair | undefined, gatewayId: string, text: (pair: Pair) => string): string {
  return name === undefined ? gatewayId : text(name);
}
