import type { ListedTag } from "../authorisation/authorisation.ts";
import type { OcppSettings } from "../settings.ts";
import type { OcppSite } from "../site/ocpp-site.ts";

/** Where a protocol finds what it is to set a station to. */
export interface StationWishes {
  readonly settings: OcppSettings;
  readonly site: OcppSite;
  isTold(connectorId: number): boolean;
}

/** What a station is to be set to at each contact. */
export interface Wishes {
  readonly heartbeatEveryMs: number;
  readonly meterEveryMs: number;
  readonly list: ReadonlyMap<string, ListedTag>;
  readonly listVersion: number;
  /** Whether tags on no list may charge while we are away, too. */
  readonly acceptsUnknown: boolean;
  readonly connectorIds: readonly number[];
  /** Whether the station has told us the status of this connector since its boot. */
  isKnown(connectorId: number): boolean;
}

/** What the site and the settings say now. */
export function wishesOf(wishes: StationWishes): Wishes {
  const { settings, site } = wishes;
  const { list, listVersion, policy } = site.rules;
  return {
    heartbeatEveryMs: settings.heartbeatEveryMs,
    meterEveryMs: settings.meterEveryMs,
    list,
    listVersion,
    acceptsUnknown: policy.unknownTags === "accept",
    connectorIds: settings.connectors.map(({ id }) => id),
    isKnown: (connectorId) => wishes.isTold(connectorId),
  };
}
