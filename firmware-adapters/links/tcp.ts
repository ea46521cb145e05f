import { connect } from "node:net";
import type { Socket } from "node:net";

import { LinkError } from "./errors.ts";
import type { Connection, LineDeps } from "./line.ts";
import type { BytePort, TcpPort } from "./link.ts";
import { StreamPort } from "./stream-port.ts";

/** Silence after which the kernel asks whether the peer is still there. */
const KEEP_ALIVE_AFTER_MS = 15_000;

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Connects to an endpoint whose protocol has a TCP form of its own.
 *
 * @throws LinkError `link/down` when nobody answers there, or `signal` aborts first.
 */
export async function connectTcp(address: Address, signal: AbortSignal): Promise<Connection<TcpPort>> {
  const { socket, lost, drop } = await openSocket(address, signal);
  return { port: { socket, lost, drop }, lost, close: () => closeSocket(socket) };
}

/**
 * Connects to a serial server, whose TCP connection carries the bytes of its serial line.
 *
 * @throws LinkError as `connectTcp`.
 */
export async function connectSerialServer(
  address: Address,
  deps: LineDeps,
  signal: AbortSignal,
): Promise<Connection<BytePort>> {
  const { socket, lost, drop } = await openSocket(address, signal);
  const port = new StreamPort(socket, { clock: deps.clock, lost, drop, flushed: async () => {} });
  return { port, lost, close: () => closeSocket(socket) };
}

interface OpenSocket {
  readonly socket: Socket;
  readonly lost: AbortSignal;
  readonly drop: (reason: string) => void;
}

async function openSocket({ host, port }: Address, signal: AbortSignal): Promise<OpenSocket> {
  signal.throwIfAborted();
  const where = `${host}:${port}`;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS });
  const lost = new AbortController();
  const lose = (why: string, cause?: unknown): void => {
    lost.abort(new LinkError("link/down", `${where} ${why}`, { cause }));
    socket.destroy();
  };
  const drop = (reason: string): void => lose(`given up: ${reason}`);
  // Every way a connection ends passes here; the first to come names the reason.
  socket.on("error", (error) => lose(error.message, error));
  socket.on("end", () => lose("was closed by the other side"));
  socket.on("close", () => lose("was closed"));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  const onLost = (): void => reject(lost.signal.reason);
  const onAbort = (): void => lose("did not accept a connection in time", signal.reason);
  lost.signal.addEventListener("abort", onLost, { once: true });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    lost.signal.removeEventListener("abort", onLost);
  }
  return { socket, lost: lost.signal, drop };
}

async function closeSocket(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  socket.destroy();
  await promise;
}
