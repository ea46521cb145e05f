import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";

import type { Log } from "@outpost/kernel/log.ts";

const HANDSHAKE_WITHIN_MS = 10_000;

/** Whether a certificate opens the broker, and for which gateway. */
export type Admitted =
  | { readonly kind: "admitted"; readonly gatewayId: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Where gateways with certificates come in. */
export interface SecuredDoor {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Our certificate and key, and the authority that gateways' certificates are of; TLS 1.3. */
  readonly tls: SecureContextOptions;
  /** The listener is to be told when there is a newer certificate of ours. */
  onServer(server: Server): void;
  /** @param certificate  DER, of our authority and not run out; whether it was revoked is what is asked here. */
  admit(certificate: Uint8Array): Promise<Admitted>;
}

/** Opens a listener that lets nobody in who has no certificate of the authority. Not listening yet. */
export function createSecuredServer(
  door: SecuredDoor,
  log: Log,
  onConnection: (socket: TLSSocket, certificate: Uint8Array) => void,
): Server {
  const server = createServer(
    {
      ...door.tls,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
    },
    (socket) => {
      const certificate = socket.getPeerX509Certificate();
      // With `rejectUnauthorized` there is one; nothing is taken from a socket without.
      if (certificate === undefined) socket.destroy();
      else onConnection(socket, certificate.raw);
    },
  );
  server.on("tlsClientError", (error, socket) => {
    log.info("a connection was refused", { source: socket.remoteAddress, reason: error.message });
  });
  door.onServer(server);
  return server;
}
