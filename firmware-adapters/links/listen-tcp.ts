import { once } from "node:events";
import { createServer, type Socket } from "node:net";

import { LinkError } from "./errors.ts";
import type { Listening, ListenerSettings, OnPeer } from "./listener.ts";

/** A caller that has not taken so many of our bytes is not listening. */
const MAX_UNSENT_BYTES = 64 * 1024;

/** Listens for TCP connections. @throws LinkError `link/down` where the port cannot be had. */
export async function listenTcp(settings: ListenerSettings, onPeer: OnPeer): Promise<Listening> {
  const sockets = new Map<Socket, { lastHeardMs: number }>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (sockets.size >= settings.maxPeers) longestSilent(sockets)?.destroy();
    const seen = { lastHeardMs: performance.now() };
    sockets.set(socket, seen);
    socket.on("close", () => sockets.delete(socket));
    serveSocket(socket, settings.idleMs, onPeer, () => (seen.lastHeardMs = performance.now()));
  });
  const failed = Promise.withResolvers<Error>();
  server.listen(settings.port, settings.host);
  try {
    await once(server, "listening");
  } catch (error) {
    const where = `${settings.host} port ${settings.port}`;
    throw new LinkError("link/down", `cannot listen on ${where}: ${String(error)}`, { cause: error });
  }
  server.on("error", (error) => failed.resolve(error));
  const address = server.address();
  const dropPeers = (): void => {
    for (const socket of sockets.keys()) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : settings.port,
    failed: failed.promise,
    dropPeers,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      dropPeers();
      await closed;
    },
  };
}

function serveSocket(socket: Socket, idleMs: number, onPeer: OnPeer, onHeard: () => void): void {
  const gone = new AbortController();
  const address = `${socket.remoteAddress}:${socket.remotePort}`;
  const drop = (reason: string): void => {
    gone.abort(new LinkError("link/down", `${address}: ${reason}`));
    socket.destroy();
  };
  socket.setTimeout(idleMs, () => drop("said nothing for too long"));
  socket.on("error", (error) => drop(error.message));
  socket.on("close", () => drop("hung up"));
  const onBytes = onPeer({
    address,
    gone: gone.signal,
    send: (bytes) => {
      if (socket.destroyed) return;
      socket.write(bytes);
      if (socket.writableLength > MAX_UNSENT_BYTES) drop("does not take what it is sent");
    },
    drop,
  });
  socket.on("data", (bytes: Buffer) => {
    onHeard();
    onBytes(bytes);
  });
}

function longestSilent(sockets: ReadonlyMap<Socket, { readonly lastHeardMs: number }>): Socket | undefined {
  let found: Socket | undefined;
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const [socket, { lastHeardMs }] of sockets) {
    if (lastHeardMs >= oldestMs) continue;
    oldestMs = lastHeardMs;
    found = socket;
  }
  return found;
}
