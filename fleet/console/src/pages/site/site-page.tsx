import type { ReactNode } from "react";
import { useState } from "react";

import { askSite, askSiteHistory } from "../../api/site-endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { Failed, Loading } from "../../parts/states.tsx";
import { SiteEditor } from "./site-editor.tsx";
import { SiteHistoryTable } from "./site-history.tsx";
import { SiteStanding } from "./site-standing.tsx";

import "./site.css";

/** Asked again so often even where nothing was heard: the gateway reports every minute. */
const AGAIN_MS = 15_000;

interface SitePageProps {
  readonly gatewayId: string;
}

/** A text that was put into the editor: the next one replaces what stands there. */
export interface Draft {
  readonly number: number;
  readonly text: string;
}

/** The site document of one gateway: what runs, what is wanted, what stands between them, and the next revision. */
export function SitePage({ gatewayId }: SitePageProps): ReactNode {
  const { say, text } = useSpeech();
  const { feed } = useDesk();
  const nowMs = useNowMs(AGAIN_MS);
  const [again, setAgain] = useState(0);
  const [draft, setDraft] = useState<Draft>();
  const heardAt = feed.gateways.get(gatewayId)?.changedAt ?? 0;
  const round = `${again} ${heardAt} ${Math.floor(nowMs / AGAIN_MS)}`;
  const query = useQuery(`site ${gatewayId}`, (signal) => askSite(gatewayId, signal), round);
  const history = useQuery(`history ${gatewayId}`, (signal) => askSiteHistory(gatewayId, signal), round);
  const onChanged = (): void => setAgain((count) => count + 1);
  const open = (next: string): void => setDraft((before) => ({ number: (before?.number ?? 0) + 1, text: next }));
  const view = query.last;
  const site = gatewayOf(feed, gatewayId)?.site;
  const zone = zoneOf(feed, gatewayId);
  return (
    <>
      <div className="page-head">
        <h1>
          {say("site.title")} · {site ? text(site.name) : gatewayId}
        </h1>
        <span className="quiet mono">{gatewayId}</span>
      </div>
      {view === undefined ? (
        query.kind === "failed" ? (
          <Failed error={query.error} onAgain={onChanged} />
        ) : (
          <Loading />
        )
      ) : (
        <div className="site-page">
          <SiteStanding view={view} zone={zone} onChanged={onChanged} onOpen={open} />
          <SiteEditor key={draft?.number ?? 0} view={view} start={draft?.text} onChanged={onChanged} />
          <SiteHistoryTable gatewayId={gatewayId} history={history.last} zone={zone} onOpen={open} />
        </div>
      )}
    </>
  );
}
