import type { ReactNode } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { shortTime } from "../../i18n/format.ts";
import { isUnacknowledged } from "../../live/alarms.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { Empty, ReadState } from "../states.tsx";

import "./alarm-list.css";
import { AcknowledgeButton } from "./acknowledge-button.tsx";
import { AlarmState, Marks, Priority } from "./alarm-marks.tsx";

interface AlarmListProps {
  readonly alarms: readonly Alarm[];
}

/** Open alarms in a narrow column, newest trouble first, each with its acknowledge button. */
export function AlarmList({ alarms }: AlarmListProps): ReactNode {
  const { say, text, language } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, readings } = useDesk();
  return (
    <ReadState
      reading={readings.get("alarms")}
      isEmpty={alarms.length === 0}
      empty={<Empty title={say("overview.noAlarms")} hint={say("alarm.none.hint")} />}
      onAgain={desk.readAgain}
    >
      <ul className="alarm-list">
        {alarms.map((alarm) => {
          const site = gatewayOf(feed, alarm.gatewayId)?.site;
          return (
            <li key={alarm.id}>
              <Priority priority={alarm.priority} isUnacknowledged={isUnacknowledged(alarm)} />
              <Link to={{ page: "alarms", alarmId: alarm.id }} className="alarm-list-message">
                {text(alarm.message)}
              </Link>
              {isUnacknowledged(alarm) ? <AcknowledgeButton alarm={alarm} /> : <span />}
              <span className="quiet alarm-list-note">
                {shortTime(alarm.raisedAtMs, Date.now(), { language, zone: zoneOf(feed, alarm.gatewayId) })} ·{" "}
                {site === undefined || site === null ? alarm.gatewayId : text(site.name)} · <AlarmState alarm={alarm} />{" "}
                <Marks alarm={alarm} />
              </span>
            </li>
          );
        })}
      </ul>
    </ReadState>
  );
}
