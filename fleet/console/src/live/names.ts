import type { GatewaySummary } from "../../../api/schemas.ts";
import type { Feed } from "./feed.ts";

/** Where nothing says otherwise: the district's own zone. */
export const DEFAULT_ZONE = "Asia/Shanghai";

export function gatewayOf(feed: Feed, gatewayId: string): GatewaySummary | undefined {
  return feed.gateways.get(gatewayId)?.value;
}

/** The time zone of a gateway's site. */
export function zoneOf(feed: Feed, gatewayId: string): string {
  return gatewayOf(feed, gatewayId)?.site?.timeZone ?? DEFAULT_ZONE;
}
