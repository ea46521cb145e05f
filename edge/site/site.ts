import type { Device } from "@outpost/firmware-adapters/adapter.ts";
import type { DeviceSettings } from "@outpost/wire/site-devices.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

import type { SiteFault } from "./fault.ts";

/** One device of the site: what the file says, and what its adapter made of it. */
export interface ConfiguredDevice {
  readonly settings: DeviceSettings;
  readonly device: Device;
}

/** A site file that passed every check: nothing in it is validated again. */
export interface Site {
  readonly document: SiteDocument;
  readonly devices: readonly ConfiguredDevice[];
  /** The file as a person wrote it, for the last-good copy. */
  readonly text: string;
}

/** What became of a site file. */
export type SiteReading =
  | { readonly kind: "accepted"; readonly site: Site }
  | { readonly kind: "refused"; readonly faults: readonly SiteFault[] };
