import type { MouseEvent, ReactNode } from "react";
import { useSyncExternalStore } from "react";

import type { Route } from "./routes.ts";
import { addressOf, parseRoute } from "./routes.ts";

/** The page that the address bar names, now and whenever it changes. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.pathname));
}

/** Goes to a page as a link would: the browser's back button returns. */
export function goTo(route: Route): void {
  window.history.pushState(null, "", addressOf(route));
  window.dispatchEvent(new PopStateEvent("popstate"));
  window.scrollTo(0, 0);
}

interface LinkProps {
  readonly to: Route;
  readonly className?: string;
  readonly label?: string;
  readonly isCurrent?: boolean;
  readonly children: ReactNode;
}

/** A real link (opens in a new tab where asked to) that changes pages without loading the desk anew. */
export function Link({ to, className, label, isCurrent, children }: LinkProps): ReactNode {
  return (
    <a
      href={addressOf(to)}
      className={className}
      aria-label={label}
      aria-current={isCurrent === true ? "page" : undefined}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      {children}
    </a>
  );
}

function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("popstate", onChange);
  return () => {
    window.removeEventListener("popstate", onChange);
  };
}
