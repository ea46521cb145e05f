import { createServer } from "node:http";
import { Socket } from "node:net";

import { RPCServer, type RPCClient } from "ocpp-rpc";

const PING_EVERY_MS = 30_000;
const MAX_MESSAGE_BYTES = 256 * 1024;

/** The answers of a central system that writes nothing down and knows nothing. */
const ANSWERS: Readonly<Record<string, object>> = {
  BootNotification: { status: "Accepted", currentTime: "2026-11-25T00:00:00Z", interval: 300 },
  Heartbeat: { currentTime: "2026-11-25T00:00:00Z" },
  StartTransaction: { transactionId: 1, idTagInfo: { status: "Accepted" } },
  StopTransaction: { idTagInfo: { status: "Accepted" } },
};

/**
 * A bare ocpp-rpc server with the options of ours that answers everything at once, on any port, until it is disposed:
 * the least that can be done with these messages.
 */
export async function runBareCentral(): Promise<AsyncDisposable & { readonly port: number }> {
  const rpc = new RPCServer({
    protocols: ["ocpp1.6"],
    strictMode: false,
    pingIntervalMs: PING_EVERY_MS,
    deferPingsOnActivity: true,
    wssOptions: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: { threshold: 1_024 } },
  });
  rpc.auth((accept) => accept({}, "ocpp1.6"));
  rpc.on("client", (client: RPCClient) => client.handle(async ({ method = "" }) => ({ ...ANSWERS[method] })));
  const http = createServer();
  http.on("upgrade", (request, socket, head) => {
    if (socket instanceof Socket) rpc.handleUpgrade(request, socket, head).catch(() => socket.destroy());
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  http.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = http.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      await rpc.close({ force: true });
      http.closeAllConnections();
      http.close();
    },
  };
}
