import type { ReactNode } from "react";

import { useHasDemo } from "../../demo/use-has-demo.ts";
import type { Language } from "../../i18n/language.ts";
import { isUnacknowledged, openAlarms } from "../../live/alarms.ts";
import { useDesk, useSpeech, useSurroundings } from "../desk-context.tsx";
import { Link } from "../router.tsx";
import type { Route } from "../routes.ts";

/** The other language, in its own words. */
const OTHER: Readonly<Record<Language, { readonly language: Language; readonly name: string; readonly tag: string }>> =
  {
    zh: { language: "en", name: "English", tag: "en" },
    en: { language: "zh", name: "中文", tag: "zh-CN" },
  };

interface HeaderProps {
  readonly route: Route;
}

export function Header({ route }: HeaderProps): ReactNode {
  const { say, language } = useSpeech();
  const { setLanguage, scheme, setScheme } = useSurroundings();
  const { feed, connection } = useDesk();
  const waiting = openAlarms(feed).filter(isUnacknowledged).length;
  const other = OTHER[language];
  const hasDemo = useHasDemo();
  return (
    <header className="bar">
      <Link to={{ page: "overview" }} className="brand">
        <Mark />
        {say("app.name")} <small>{say("app.subtitle")}</small>
      </Link>
      <nav aria-label={say("app.navigation")}>
        <Link to={{ page: "overview" }} isCurrent={route.page === "overview"}>
          {say("nav.overview")}
        </Link>
        <Link to={{ page: "alarms" }} isCurrent={route.page === "alarms"}>
          {say("nav.alarms")}
          {waiting === 0 ? null : <span className="count">{waiting}</span>}
        </Link>
        <Link to={{ page: "charging" }} isCurrent={route.page === "charging"}>
          {say("nav.charging")}
        </Link>
        {hasDemo ? (
          <Link to={{ page: "demo" }} isCurrent={route.page === "demo"}>
            {say("nav.demo")}
          </Link>
        ) : null}
      </nav>
      <div className="bar-end">
        <span className="link-state" data-kind={connection.kind} role="status">
          {say(`live.${connection.kind}`)}
        </span>
        <button type="button" className="bar-button" onClick={() => setScheme(scheme === "dark" ? "light" : "dark")}>
          {say(scheme === "dark" ? "app.theme.light" : "app.theme.dark")}
        </button>
        <button type="button" className="bar-button" lang={other.tag} onClick={() => setLanguage(other.language)}>
          {other.name}
        </button>
      </div>
    </header>
  );
}

function Mark(): ReactNode {
  return (
    <svg width={24} height={24} viewBox="0 0 32 32" aria-hidden="true" fill="none" strokeLinecap="round">
      <path d="M4 21c4 0 4-3 8-3s4 3 8 3 4-3 8-3" stroke="#6fc3df" strokeWidth={2.6} />
      <path d="M4 27c4 0 4-3 8-3s4 3 8 3 4-3 8-3" stroke="#3f8fb5" strokeWidth={2.6} />
      <path d="M16 13V3m0 0 8 3-8 3" stroke="#fff" strokeWidth={2.4} strokeLinejoin="round" />
    </svg>
  );
}
