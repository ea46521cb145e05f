import type { Device } from "../../../api/schemas.ts";
import type { Feed } from "../live/feed.ts";

/** A gateway's charge points, in the order of their ids. */
export function chargePointsOf(feed: Feed, gatewayId: string): readonly Device[] {
  return [...feed.devices.values()]
    .map(({ value }) => value)
    .filter((device) => device.gatewayId === gatewayId && device.adapter === "ocpp")
    .toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
}
