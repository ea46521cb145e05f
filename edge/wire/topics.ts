/**
 * The topics of wire version 1. A gateway publishes below `outpost/1/<gateway>/up/` and subscribes below
 * `outpost/1/<gateway>/down/`: one rule each for an access list.
 */
const ROOT = "outpost/1";

export const UPLINK_KINDS = ["hello", "batch", "notice", "reported", "presence", "document"] as const;
export type UplinkKind = (typeof UPLINK_KINDS)[number];
export const DOWNLINK_KINDS = ["welcome", "received", "busy", "command", "desired", "fetch", "decommission"] as const;
export type DownlinkKind = (typeof DOWNLINK_KINDS)[number];

export function uplinkTopic(gatewayId: string, kind: UplinkKind): string {
  return `${ROOT}/${gatewayId}/up/${kind}`;
}

export function downlinkTopic(gatewayId: string, kind: DownlinkKind): string {
  return `${ROOT}/${gatewayId}/down/${kind}`;
}

/** What a gateway subscribes to. */
export function downlinkFilter(gatewayId: string): string {
  return `${ROOT}/${gatewayId}/down/+`;
}

/** What the fleet subscribes to; `share` is set where the broker spreads messages over several fleet processes. */
export function uplinkFilter(share?: string): string {
  const filter = `${ROOT}/+/up/+`;
  return share === undefined ? filter : `$share/${share}/${filter}`;
}

/** @returns who speaks and what, or undefined where the topic is not of this version's form. */
export function parseUplinkTopic(topic: string): { gatewayId: string; kind: UplinkKind } | undefined {
  const match = /^outpost\/1\/([a-z0-9][a-z0-9._-]{0,62})\/up\/([a-z]+)$/.exec(topic);
  const kind = UPLINK_KINDS.find((known) => known === match?.[2]);
  return match?.[1] === undefined || kind === undefined ? undefined : { gatewayId: match[1], kind };
}

/** @returns what the fleet says, or undefined where the topic is not of this version's form. */
export function parseDownlinkTopic(topic: string): { gatewayId: string; kind: DownlinkKind } | undefined {
  const match = /^outpost\/1\/([a-z0-9][a-z0-9._-]{0,62})\/down\/([a-z]+)$/.exec(topic);
  const kind = DOWNLINK_KINDS.find((known) => known === match?.[2]);
  return match?.[1] === undefined || kind === undefined ? undefined : { gatewayId: match[1], kind };
}
