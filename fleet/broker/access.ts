import { DOWNLINK_KINDS, downlinkFilter, downlinkTopic, parseUplinkTopic } from "@outpost/wire/topics.ts";

/** Whether this client may be a gateway at all. Its client id is its gateway id. */
export function isGatewayId(clientId: string): boolean {
  return parseUplinkTopic(`outpost/1/${clientId}/up/hello`)?.gatewayId === clientId;
}

/** A gateway publishes below its own `up/`, and what this version knows, only. */
export function mayPublish(clientId: string, topic: string): boolean {
  return parseUplinkTopic(topic)?.gatewayId === clientId;
}

/** A gateway listens to its own `down/` only. */
export function maySubscribe(clientId: string, filter: string): boolean {
  return filter === downlinkFilter(clientId) || DOWNLINK_KINDS.some((kind) => filter === downlinkTopic(clientId, kind));
}
