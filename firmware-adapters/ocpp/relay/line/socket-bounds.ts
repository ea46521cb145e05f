import type { WebSocket } from "ws";

/** Of both sockets of a relayed station: the same message size as where we answer ourselves. */
export const SOCKET_BOUNDS = {
  maxPayload: 256 * 1024,
  perMessageDeflate: { threshold: 1_024 },
  /** Whoever does not answer our closing has gone. */
  closeTimeout: 2_000,
};

/** As many bytes as a closing has room for. */
const MAX_REASON = 123;

/** Closes a socket in good order, whatever state it is in; one that does not answer is destroyed after a while. */
export function hangUp(socket: WebSocket, code: 1001 | 1002, reason: string): void {
  // A paused socket would not hear the answer.
  socket.resume();
  socket.close(code, reason.replaceAll(/[^ -~]/g, "?").slice(0, MAX_REASON));
}
