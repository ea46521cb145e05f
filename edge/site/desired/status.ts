import type { ReportedSite } from "@outpost/wire/site-exchange.ts";

/** How the site document stands: what runs, what the desk offered, what was changed here. The desk is told the same. */
export type SiteStatus = ReportedSite;
