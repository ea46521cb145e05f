import { Alert, Segmented } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { goTo } from "../../app/router.tsx";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { Empty, ReadState } from "../../parts/states.tsx";
import { AlarmDrawer } from "./alarm-drawer.tsx";
import { AlarmTable } from "./alarm-table.tsx";

import "./alarms.css";
import { RecordedAlarms } from "./recorded-alarms.tsx";

const FILTERS = ["open", "unacknowledged", "all"] as const;

interface AlarmsPageProps {
  /** The alarm whose details lie open; its address can be sent to a colleague. */
  readonly chosenId: string | undefined;
}

/** The alarm desk: what is open, live; what ever was, page by page. */
export function AlarmsPage({ chosenId }: AlarmsPageProps): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, readings, hasMoreAlarms } = useDesk();
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>("open");
  const open = openAlarms(feed);
  const listed = filter === "unacknowledged" ? open.filter(isUnacknowledged) : open;
  return (
    <>
      <div className="page-head">
        <h1>{say("alarm.title")}</h1>
        <Segmented
          aria-label={say("alarm.filter")}
          value={filter}
          options={FILTERS.map((name) => ({ value: name, label: say(`alarm.filter.${name}`) }))}
          onChange={setFilter}
        />
      </div>
      {hasMoreAlarms && filter !== "all" ? (
        <Alert className="too-many" type="warning" showIcon title={say("alarm.tooMany", { count: open.length })} />
      ) : null}
      <section className="panel" aria-label={say(`alarm.filter.${filter}`)}>
        {filter === "all" ? (
          <RecordedAlarms />
        ) : (
          <ReadState
            reading={readings.get("alarms")}
            isEmpty={listed.length === 0}
            empty={<Empty title={say(`alarm.none.${filter}`)} hint={say("alarm.none.hint")} />}
            onAgain={desk.readAgain}
          >
            <AlarmTable alarms={listed} />
          </ReadState>
        )}
      </section>
      {chosenId === undefined ? null : (
        <AlarmDrawer alarmId={chosenId} key={chosenId} onClose={() => goTo({ page: "alarms" })} />
      )}
    </>
  );
}
