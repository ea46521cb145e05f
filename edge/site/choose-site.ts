import type { SiteFault } from "./fault.ts";
import { lastGoodPath } from "./last-good.ts";
import { readSite } from "./read-site.ts";
import type { Site } from "./site.ts";

/** What a gateway starts with. `refused`: why the site file is not what runs; empty where it is. */
export type SiteChoice =
  | { readonly kind: "site"; readonly site: Site; readonly refused: readonly SiteFault[] }
  | { readonly kind: "none"; readonly refused: readonly SiteFault[] };

/** The site file where it is good, otherwise the last good copy: a mistake in a file must not leave a site unguarded. */
export async function chooseSite(siteFile: string, stateDirectory: string): Promise<SiteChoice> {
  const reading = await readSite(siteFile);
  if (reading.kind === "accepted") return { kind: "site", site: reading.site, refused: [] };
  const lastGood = await readSite(lastGoodPath(stateDirectory));
  if (lastGood.kind === "refused") return { kind: "none", refused: reading.faults };
  return { kind: "site", site: lastGood.site, refused: reading.faults };
}
