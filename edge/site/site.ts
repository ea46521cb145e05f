import type { Site } from "@outpost/wire/check-site.ts";

import type { SiteFault } from "./fault.ts";

export type { ConfiguredDevice, Site } from "@outpost/wire/check-site.ts";

/** What became of a site file. */
export type SiteReading =
  | { readonly kind: "accepted"; readonly site: Site }
  | { readonly kind: "refused"; readonly faults: readonly SiteFault[] };
