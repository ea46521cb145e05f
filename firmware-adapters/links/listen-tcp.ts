import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server as TcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "./errors.ts";
import type { Listening, ListenerSettings, OnPeer, Server } from "./listening.ts";

/** A caller that has not taken so many of our bytes is not listening. */
const MAX_UNSENT_BYTES = 64 * 1024;
/** A TLS caller has so long to shake hands, and so many may be at it beside those that have. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HANDSHAKES = 64;
/** A caller may say what it has to say, close its half, and wait this long for the answer. */
const ANSWER_WITHIN_MS = 2_000;

interface Caller {
  lastHeardMs: number;
  readonly drop: (reason: string) => void;
}

/** Listens for TCP connections. @throws LinkError `link/down` where the port cannot be had. */
export async function listenTcp(settings: ListenerSettings, whoServes: () => Server): Promise<Listening> {
  const callers = new Set<Caller>();
  const server = await newServer(settings, (socket) => {
    const serving = whoServes();
    if (serving.kind === "peers") {
      if (callers.size >= settings.maxPeers) longestSilent(callers)?.drop("others have called since");
      serveBytes(socket, callers, settings.idleMs, serving.onPeer);
    } else if (callers.size < settings.maxPeers) serveSocket(socket, callers, serving.onSocket);
    // Their silence says nothing to us: whoever is there stays.
    else socket.destroy();
  });
  server.listen(settings.port, settings.host);
  try {
    await once(server, "listening");
  } catch (error) {
    const where = `${settings.host} port ${settings.port}`;
    throw new LinkError("link/down", `cannot listen on ${where}: ${String(error)}`, { cause: error });
  }
  const failed = Promise.withResolvers<Error>();
  // A connection that could not be accepted is its caller's loss; everybody else's connection lives on.
  server.on("error", (error) => {
    if (!server.listening) failed.resolve(error);
  });
  const address = server.address();
  const raw = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    raw.add(socket);
    socket.once("close", () => raw.delete(socket));
  });
  const dropPeers = (reason: string): void => {
    for (const caller of callers) caller.drop(reason);
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : settings.port,
    failed: failed.promise,
    dropPeers,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      dropPeers("the port is being closed");
      // Those who are still shaking hands are nobody's peers yet.
      for (const socket of raw) socket.destroy();
      await closed;
    },
  };
}

/** @throws LinkError `link/down` where the certificate or its key cannot be read or used. */
async function newServer(
  { tls, id, maxPeers }: ListenerSettings,
  onSocket: (socket: Socket) => void,
): Promise<TcpServer> {
  const options = { noDelay: true, keepAlive: true, allowHalfOpen: true };
  if (tls === undefined) return createServer(options, onSocket);
  try {
    const [cert, key, ca] = await Promise.all(
      [tls.certFile, tls.keyFile, tls.clientCaFile].map(async (file) =>
        file === undefined ? undefined : await readFile(file),
      ),
    );
    const server = createTlsServer(
      {
        ...options,
        cert,
        key,
        ca,
        requestCert: ca !== undefined,
        rejectUnauthorized: ca !== undefined,
        minVersion: "TLSv1.2",
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      },
      onSocket,
    );
    // Callers in the middle of their handshake are not ours to choose among yet.
    server.maxConnections = maxPeers + MAX_HANDSHAKES;
    // One that does not like our certificate says nothing more. With sockets that may be half open, Node.js leaves it
    // there for ever, and after MAX_HANDSHAKES of them nobody could call any more.
    server.on("tlsClientError", (_, socket) => socket.destroy());
    return server;
  } catch (error) {
    throw new LinkError("link/down", `link ${id}: TLS: ${asError(error).message}`, { cause: error });
  }
}

function serveSocket(socket: Socket, callers: Set<Caller>, onSocket: (socket: Socket) => void): void {
  const drop = (): void => {
    callers.delete(caller);
    socket.destroy();
  };
  const caller: Caller = { lastHeardMs: performance.now(), drop };
  callers.add(caller);
  socket.on("error", drop);
  socket.on("close", drop);
  onSocket(socket);
}

function serveBytes(socket: Socket, callers: Set<Caller>, idleMs: number, onPeer: OnPeer): void {
  const gone = new AbortController();
  const address = `${socket.remoteAddress}:${socket.remotePort}`;
  let lingering: NodeJS.Timeout | undefined;
  const drop = (reason: string): void => {
    clearTimeout(lingering);
    // At once, not when the socket has closed: the next to be put out must be somebody else.
    callers.delete(caller);
    socket.destroy();
    gone.abort(new LinkError("link/down", `${address}: ${reason}`));
  };
  const caller: Caller = { lastHeardMs: performance.now(), drop };
  callers.add(caller);
  socket.setTimeout(idleMs, () => drop("said nothing for too long"));
  socket.on("error", (error) => drop(error.message));
  socket.on("close", () => drop("hung up"));
  socket.on("end", () => {
    const leftMs = caller.lastHeardMs + ANSWER_WITHIN_MS - performance.now();
    if (leftMs <= 0) drop("hung up");
    else lingering = setTimeout(() => drop("hung up"), leftMs);
  });
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
    caller.lastHeardMs = performance.now();
    onBytes(bytes);
  });
}

function longestSilent(callers: ReadonlySet<Caller>): Caller | undefined {
  let found: Caller | undefined;
  for (const caller of callers) {
    if (found === undefined || caller.lastHeardMs < found.lastHeardMs) found = caller;
  }
  return found;
}
