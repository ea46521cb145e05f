import { Button } from "antd";
import type { ReactNode } from "react";
import { useEffect, useReducer } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { askAlarms } from "../../api/endpoints.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { AlarmTable } from "./alarm-table.tsx";

const PAGE_SIZE = 100;

/** Pages of the record, newest first. `asking` is the cursor of the page being read; null asks for the first. */
interface Pages {
  readonly alarms: readonly Alarm[];
  readonly asking: { readonly cursor: string | null } | undefined;
  readonly nextCursor: string | null;
  readonly error: ApiError | undefined;
}

type Step =
  | { readonly kind: "asked" }
  | { readonly kind: "read"; readonly alarms: readonly Alarm[]; readonly nextCursor: string | null }
  | { readonly kind: "failed"; readonly error: ApiError };

const FIRST: Pages = { alarms: [], asking: { cursor: null }, nextCursor: null, error: undefined };

function turnPage(pages: Pages, step: Step): Pages {
  switch (step.kind) {
    case "asked":
      return { ...pages, asking: { cursor: pages.nextCursor }, error: undefined };
    case "read":
      return {
        alarms: [...pages.alarms, ...step.alarms],
        asking: undefined,
        nextCursor: step.nextCursor,
        error: undefined,
      };
    case "failed":
      return { ...pages, asking: undefined, error: step.error };
  }
}

/** Every alarm on record, also those that are over, read page by page. */
export function RecordedAlarms(): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const [pages, turn] = useReducer(turnPage, FIRST);
  const { asking } = pages;
  useEffect(() => {
    if (asking === undefined) return;
    const giveUp = new AbortController();
    const settle = (step: Step): void => {
      if (!giveUp.signal.aborted) turn(step);
    };
    const cursor = asking.cursor === null ? {} : { cursor: asking.cursor };
    askAlarms({ state: "all", limit: PAGE_SIZE, ...cursor }, giveUp.signal).then(
      (page) => settle({ kind: "read", ...page }),
      (error: unknown) => settle({ kind: "failed", error: asApiError(error) }),
    );
    return () => {
      giveUp.abort();
    };
  }, [asking]);

  // What is live wins over what was read: an alarm acknowledged a second ago shows so here too.
  const read = pages.alarms.map((alarm) => feed.alarms.get(alarm.id)?.value ?? alarm);
  const known = new Set(read.map((alarm) => alarm.id));
  const newer = [...feed.alarms.values()].map((entry) => entry.value).filter((alarm) => !known.has(alarm.id));
  const newestReadMs = read[0]?.raisedAtMs ?? 0;
  const alarms = [...newer.filter((alarm) => alarm.raisedAtMs >= newestReadMs), ...read];
  if (pages.error !== undefined && alarms.length === 0) {
    return <Failed error={pages.error} onAgain={() => turn({ kind: "asked" })} />;
  }
  if (asking !== undefined && alarms.length === 0) return <Loading />;
  if (alarms.length === 0) return <Empty title={say("alarm.none.all")} hint={say("alarm.none.hint")} />;
  return (
    <>
      <AlarmTable alarms={alarms} />
      {pages.nextCursor === null ? null : (
        <div className="alarm-more">
          <Button loading={asking !== undefined} onClick={() => turn({ kind: "asked" })}>
            {say("alarm.more")}
          </Button>
        </div>
      )}
    </>
  );
}
