import { Alert, Button, Segmented } from "antd";
import { useEffect, useState, type ReactNode } from "react";

import { AlarmsPage } from "../after/alarms-page.tsx";
import { BoxPage } from "../after/box-page.tsx";
import { JournalPage } from "../after/journal-page.tsx";
import { LivePage } from "../after/live-page.tsx";
import { LogPage } from "../after/log-page.tsx";
import { act } from "../api/ask.ts";
import { OfferCard } from "../draft/offer-card.tsx";
import { SiteProvider } from "../draft/site-context.tsx";
import { LiveProvider, useLive } from "../live/live-context.tsx";
import { Wizard } from "../wizard/wizard.tsx";
import { useSpeech } from "./words.tsx";

const PAGES = ["wizard", "live", "alarms", "journal", "log", "box"] as const;
type Page = (typeof PAGES)[number];

interface ShellProps {
  readonly welcome: {
    readonly person: string;
    readonly siteName?: { readonly zh: string; readonly en: string };
    readonly gatewayId?: string;
  };
  readonly onLeft: () => void;
  readonly onLanguage: () => void;
}

/** Everything behind the door. */
export function Shell(props: ShellProps): ReactNode {
  return (
    <LiveProvider onSignedOut={props.onLeft}>
      <SiteProvider>
        <Frame {...props} />
      </SiteProvider>
    </LiveProvider>
  );
}

function Frame({ welcome, onLeft, onLanguage }: ShellProps): ReactNode {
  const speech = useSpeech();
  const [page, setPage] = usePage();
  const live = useLive();
  const alarms = live.state?.alarms.filter(({ state }) => state.endsWith("unacknowledged")).length ?? 0;
  const leave = () => {
    // Whether the gateway heard it or not, this browser is done.
    act("/session/end")
      .catch(() => {})
      .finally(onLeft);
  };
  return (
    <>
      <a className="skip" href="#content">
        {speech.say("app.skip")}
      </a>
      <header className="bar">
        <div className="bar-name">
          <b>{welcome.siteName?.[speech.language] ?? speech.say("app.name")}</b>
          <span>{welcome.gatewayId}</span>
        </div>
        <div className="bar-who">
          <span>{welcome.person}</span>
          <Button size="small" type="text" onClick={onLanguage}>
            {speech.say("app.language")}
          </Button>
          <Button size="small" type="text" onClick={leave}>
            {speech.say("app.signOut")}
          </Button>
        </div>
      </header>
      <nav className="pages" aria-label={speech.say("nav.label")}>
        <Segmented<Page>
          value={page}
          onChange={setPage}
          options={PAGES.map((one) => ({
            value: one,
            label: one === "alarms" && alarms > 0 ? `${speech.say("nav.alarms")} ${alarms}` : speech.say(`nav.${one}`),
          }))}
        />
      </nav>
      <main id="content">
        {live.isLost && <Alert type="warning" showIcon banner title={speech.say("live.lost")} />}
        <OfferCard />
        <Shown page={page} onLeft={onLeft} />
      </main>
    </>
  );
}

function Shown({ page, onLeft }: { readonly page: Page; readonly onLeft: () => void }): ReactNode {
  switch (page) {
    case "wizard":
      return <Wizard />;
    case "live":
      return <LivePage />;
    case "alarms":
      return <AlarmsPage />;
    case "journal":
      return <JournalPage />;
    case "log":
      return <LogPage />;
    case "box":
      return <BoxPage onLeft={onLeft} />;
  }
}

/** The page stands in the address, so that reloading and going back do what people expect. */
function usePage(): [Page, (page: Page) => void] {
  const [page, setPage] = useState(pageInAddress);
  useEffect(() => {
    const onChange = () => setPage(pageInAddress());
    window.addEventListener("hashchange", onChange);
    return () => window.removeEventListener("hashchange", onChange);
  }, []);
  return [
    page,
    (next) => {
      window.location.hash = `/${next}`;
    },
  ];
}

function pageInAddress(): Page {
  const [, name] = window.location.hash.split("/");
  return PAGES.find((one) => one === name) ?? "wizard";
}
