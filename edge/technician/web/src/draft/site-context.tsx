import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

import type { SiteView } from "../../../server/views.ts";
import { useAsked } from "../api/use-asked.ts";
import { useLive } from "../live/live-context.tsx";
import type { Draft } from "./draft.ts";

/** The site that runs, and what somebody is making of it. */
export interface SiteAtHand {
  readonly site: SiteView | undefined;
  readonly draft: Draft | undefined;
  readonly isChanged: boolean;
  /** The site was changed by somebody else since the draft began. */
  readonly isStale: boolean;
  /** The digest of the site the draft began with. */
  readonly basedOn: string;
  readonly change: (draft: Draft) => void;
  readonly drop: () => void;
}

interface Begun {
  readonly draft: Draft;
  readonly basedOn: string;
}

const SiteContext = createContext<SiteAtHand | undefined>(undefined);

/** Reads the site anew whenever another one runs. A draft outlives moving from page to page. */
export function SiteProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const revision = useLive().state?.siteRevision ?? 0;
  const { answer: site, again } = useAsked<SiteView>("/site", revision);
  const [begun, setBegun] = useState<Begun>();
  const basedOn = begun?.basedOn ?? site?.digest ?? "";
  const at = useMemo(
    (): SiteAtHand => ({
      site,
      draft: begun?.draft ?? site?.document,
      isChanged: begun !== undefined,
      isStale: begun !== undefined && site !== undefined && begun.basedOn !== site.digest,
      basedOn,
      change: (draft) => setBegun({ draft, basedOn }),
      drop: () => {
        setBegun(undefined);
        again();
      },
    }),
    [site, begun, basedOn, again],
  );
  useWarning(begun !== undefined);
  return <SiteContext.Provider value={at}>{children}</SiteContext.Provider>;
}

export function useSite(): SiteAtHand {
  const site = useContext(SiteContext);
  if (site === undefined) throw new Error("there is no SiteProvider around this");
  return site;
}

/** A draft is in this browser only: leaving asks first. */
function useWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
}
