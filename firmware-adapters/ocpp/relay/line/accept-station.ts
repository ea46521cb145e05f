import type { IncomingMessage } from "node:http";

import { WebSocketServer, type WebSocket } from "ws";

import type { Upgrade } from "../../server/upgrade.ts";
import type { OcppVersion } from "../../words.ts";
import { SOCKET_BOUNDS } from "./socket-bounds.ts";

/** The versions that a station offers and that are allowed here, in the station's order. */
export function offeredVersions(request: IncomingMessage, allowed: readonly OcppVersion[]): readonly OcppVersion[] {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
  return [...new Set(offered)].flatMap((one) => allowed.filter((version) => version === one));
}

/**
 * Completes a station's handshake.
 *
 * @param version  none: the standard wants the handshake completed all the same, and the connection closed at once.
 * @returns undefined where it was no handshake, or its caller has gone.
 */
export function acceptStation(
  { request, socket, head }: Upgrade,
  version: OcppVersion | undefined,
): WebSocket | undefined {
  const server = new WebSocketServer({
    ...SOCKET_BOUNDS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => version ?? false,
  });
  let accepted: WebSocket | undefined;
  server.handleUpgrade(request, socket, head, (client) => (accepted = client));
  // What went wrong ends in its `close`.
  accepted?.on("error", () => {});
  return accepted;
}
