import { Button } from "antd";
import type { ReactNode } from "react";
import { useEffect, useState } from "react";

import type { ChargingPage as SessionPage } from "../../../../api/charging-schemas.ts";
import type { ChargingQuestion, TransactionRef } from "../../api/charging-endpoints.ts";
import { askTotals, askTransactions, csvAddress } from "../../api/charging-endpoints.ts";
import { useQuery, type Query } from "../../api/use-query.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { goTo } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { DEFAULT_ZONE, zoneOf } from "../../live/names.ts";
import { Empty, Failed, Loading, useErrorText } from "../../parts/states.tsx";
import { SessionDrawer } from "./session-drawer.tsx";
import { SessionFilters, type SessionFilter } from "./session-filters.tsx";
import { SessionTable } from "./session-table.tsx";
import { SessionTotals } from "./session-totals.tsx";
import { dayIn, stretchOf } from "./span.ts";

import "./charging.css";

/** The newest sessions are asked for again so often: they change while cars charge. */
const AGAIN_MS = 15_000;

interface ChargingPageProps {
  /** The session whose course lies open; its address can be sent to a colleague. */
  readonly which: TransactionRef | undefined;
}

/** Charging sessions of all sites: what was charged, what is charging, what has to be checked. */
export function ChargingPage({ which }: ChargingPageProps): ReactNode {
  const { say, language } = useSpeech();
  const { feed, connection } = useDesk();
  const nowMs = useNowMs(AGAIN_MS);
  const [filter, setFilter] = useState<SessionFilter>(() => {
    const today = dayIn(Date.now(), DEFAULT_ZONE);
    const span = { name: "week", from: today, through: today } as const;
    return { gateway: undefined, device: undefined, status: undefined, span };
  });
  const [again, setAgain] = useState(0);
  const zone = filter.gateway === undefined ? DEFAULT_ZONE : zoneOf(feed, filter.gateway);
  const stretch = stretchOf(filter.span, nowMs, zone);
  const { gateway, device, status } = filter;
  // Days that make no sense ask for nothing new; the fields say what was typed.
  const question = { gateway, device, status, fromMs: stretch?.fromMs ?? 0, toMs: stretch?.toMs };
  const round = `${again}:${connection.kind === "lost" ? "lost" : Math.floor(nowMs / AGAIN_MS)}`;
  return (
    <>
      <div className="page-head">
        <h1>{say("charging.title")}</h1>
        <Button className="session-csv" href={csvAddress(question, language)} download disabled={stretch === undefined}>
          {say("charging.csv")}
        </Button>
      </div>
      <SessionFilters filter={filter} onChange={setFilter} />
      {stretch === undefined ? null : (
        <div className={connection.kind === "lost" ? "is-old" : ""}>
          <Totals question={question} zone={zone} round={round} nowMs={nowMs} />
          <Sessions
            key={JSON.stringify(question)}
            question={question}
            round={round}
            onAgain={() => setAgain((count) => count + 1)}
          />
        </div>
      )}
      {which === undefined ? null : (
        <SessionDrawer which={which} key={JSON.stringify(which)} onClose={() => goTo({ page: "charging" })} />
      )}
    </>
  );
}

interface TotalsProps {
  readonly question: ChargingQuestion;
  readonly zone: string;
  readonly round: string;
  readonly nowMs: number;
}

function Totals({ question, zone, round, nowMs }: TotalsProps): ReactNode {
  const key = `${JSON.stringify(question)} ${zone}`;
  const query = useQuery(key, (signal) => askTotals(question, zone, signal), round);
  const lastMs = question.toMs === undefined ? nowMs : question.toMs - 1;
  return <SessionTotals totals={query.last} firstDay={dayIn(question.fromMs, zone)} lastDay={dayIn(lastMs, zone)} />;
}

interface SessionsProps {
  readonly question: ChargingQuestion;
  readonly round: string;
  readonly onAgain: () => void;
}

/** Page after page, each asked of the fleet; the first is kept up to date. */
function Sessions({ question, round, onAgain }: SessionsProps): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  // The cursors of the pages before, so that going back needs no answer.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const query = useQuery(
    cursor ?? "first",
    (signal) => askTransactions(question, cursor, signal),
    cursor === undefined ? round : "once",
  );
  const next = query.last?.nextCursor ?? null;
  return (
    <section className="panel" aria-label={say("charging.title")}>
      <PageState query={query} hasSites={question.gateway === undefined && feed.gateways.size > 1} onAgain={onAgain} />
      {cursor === undefined && next === null ? null : (
        <footer className="session-pages">
          <Button disabled={cursor === undefined} onClick={() => setCursors(cursors.slice(0, -1))}>
            {say("charging.newer")}
          </Button>
          <span className="quiet">{say("charging.page", { number: cursors.length + 1 })}</span>
          <Button disabled={next === null} onClick={() => setCursors(next === null ? cursors : [...cursors, next])}>
            {say("charging.older")}
          </Button>
        </footer>
      )}
    </section>
  );
}

interface PageStateProps {
  readonly query: Query<SessionPage>;
  readonly hasSites: boolean;
  readonly onAgain: () => void;
}

function PageState({ query, hasSites, onAgain }: PageStateProps): ReactNode {
  const { say } = useSpeech();
  const sayError = useErrorText();
  const sessions = query.last?.transactions;
  useDeviceNames(sessions ?? []);
  if (sessions === undefined) {
    return query.kind === "failed" ? <Failed error={query.error} onAgain={onAgain} /> : <Loading />;
  }
  return (
    <>
      {query.kind === "failed" ? (
        <p className="banner session-stale" role="status">
          {say("charging.stale", { reason: sayError(query.error) })}
        </p>
      ) : null}
      {sessions.length === 0 ? (
        <Empty title={say("charging.none")} hint={say("charging.none.hint")} />
      ) : (
        <SessionTable sessions={sessions} hasSites={hasSites} />
      )}
    </>
  );
}

/** Has the desk read the devices of the sites in sight, for their names. */
function useDeviceNames(sessions: SessionPage["transactions"]): void {
  const { desk } = useSurroundings();
  const ids = [...new Set(sessions.map(({ gatewayId }) => gatewayId))].toSorted().join(" ");
  useEffect(() => {
    const watches = ids === "" ? [] : ids.split(" ").map((gatewayId) => desk.watchDevices(gatewayId));
    return () => {
      for (const stop of watches) stop();
    };
  }, [desk, ids]);
}
