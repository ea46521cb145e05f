import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** A station's handshake, not answered yet. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Why a handshake is not completed: 503 says that the station should come again later. */
export type RefusalStatus = 400 | 401 | 404 | 429 | 503;

/** Answers a handshake with an HTTP error. */
export function refuseUpgrade(socket: Duplex, status: RefusalStatus): void {
  const words = status === 401 ? "\r\nWWW-Authenticate: Basic" : "";
  socket.end(`HTTP/1.1 ${status} Refused${words}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
