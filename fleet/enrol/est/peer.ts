import { TLSSocket } from "node:tls";

import type { FastifyRequest } from "fastify";

/**
 * The certificate that the other side presented and, as the handshake ended, has the key of; DER. Nobody has judged yet
 * whose it is and whether it still holds.
 */
export function peerCertificate(request: FastifyRequest): Uint8Array | undefined {
  const { socket } = request.raw;
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
}
