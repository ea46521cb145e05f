import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";

import { LinkError } from "./errors.ts";
import type { Listening, ListenerSettings, OnPeer, Server } from "./listening.ts";

interface Caller {
  readonly onBytes: (bytes: Buffer) => void;
  readonly drop: (reason: string) => void;
  readonly gone: AbortSignal;
  readonly idle: NodeJS.Timeout;
}

/** Listens for datagrams; each address that sends is a peer until it is silent. @throws LinkError `link/down`. */
export async function listenUdp(settings: ListenerSettings, server: () => Server): Promise<Listening> {
  const socket = createSocket({ type: isIPv6(settings.host) ? "udp6" : "udp4" });
  try {
    socket.bind({ port: settings.port, address: settings.host });
    await once(socket, "listening");
  } catch (error) {
    socket.close();
    const where = `${settings.host} port ${settings.port}`;
    throw new LinkError("link/down", `cannot listen on ${where} (UDP): ${String(error)}`, { cause: error });
  }
  const failed = Promise.withResolvers<Error>();
  socket.on("error", (error) => failed.resolve(error));
  // A map keeps the order of insertion; who is heard goes to its end, so the first has been silent longest.
  const callers = new Map<string, Caller>();
  socket.on("message", (bytes, { address, port }) => {
    // Nobody can be answered there, so nobody honest calls from there.
    if (port === 0) return;
    const key = `${address}:${port}`;
    let caller = callers.get(key);
    if (caller === undefined) {
      const [first] = callers.values();
      if (callers.size >= settings.maxPeers) first?.drop("others have called since");
      const serving = server();
      // Datagrams have no sockets of their own to give away.
      if (serving.kind === "sockets") return;
      const sender = { socket, address, port, idleMs: settings.idleMs };
      caller = newCaller(sender, serving.onPeer, () => callers.delete(key));
      // Turned away on sight, as all are while nobody serves: the next datagram from there is a new caller's.
      if (caller.gone.aborted) return;
    }
    callers.delete(key);
    callers.set(key, caller);
    caller.idle.refresh();
    caller.onBytes(bytes);
  });
  const dropPeers = (reason: string): void => {
    for (const caller of callers.values()) caller.drop(reason);
  };
  return {
    port: socket.address().port,
    failed: failed.promise,
    dropPeers,
    async [Symbol.asyncDispose]() {
      dropPeers("the port is being closed");
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

interface Sender {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
  readonly idleMs: number;
}

function newCaller({ socket, address, port, idleMs }: Sender, onPeer: OnPeer, onGone: () => void): Caller {
  const gone = new AbortController();
  const drop = (reason: string): void => {
    if (gone.signal.aborted) return;
    clearTimeout(idle);
    onGone();
    gone.abort(new LinkError("link/down", `${address}:${port}: ${reason}`));
  };
  const idle = setTimeout(() => drop("said nothing for too long"), idleMs);
  const onBytes = onPeer({
    address: `${address}:${port}`,
    gone: gone.signal,
    // A datagram that cannot be sent is one more that was lost on the way: its sender repeats itself.
    send: (bytes) => {
      if (!gone.signal.aborted) socket.send(bytes, port, address, () => undefined);
    },
    drop,
  });
  return { onBytes, drop, gone: gone.signal, idle };
}
