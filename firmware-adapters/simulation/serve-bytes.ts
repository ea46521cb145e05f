import { once } from "node:events";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";

import { sleep } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { SerialPort } from "serialport";

import { SimulatorError } from "./errors.ts";
import { listenOn, type Endpoint, type Listener } from "./listen.ts";

/** A serial port, 8 data bits, 1 stop bit. */
export interface SerialLine {
  readonly path: string;
  readonly baudRate: number;
  /** `none` where absent. */
  readonly parity?: "none" | "even" | "odd";
}

/** A byte stream to whoever asks. `hangUp` resets it where it can be reset. */
export interface ByteStream {
  readonly stream: Duplex;
  hangUp(): void;
}

/** Serves one byte stream until it closes or `signal` aborts; then it is closed. */
export type Serve = (stream: ByteStream, signal: AbortSignal) => Promise<void>;

const MAX_CONNECTIONS = 32;
const IDLE_CONNECTION_MS = 600_000;
const REOPEN_EVERY_MS = 500;

/** Listens on TCP for whoever wants the device's bytes. @throws SimulatorError `simulator/cannot-listen`. */
export async function serveTcp(endpoint: Endpoint, serve: Serve, log: Log): Promise<Listener> {
  const stop = new AbortController();
  const serving = new Set<Promise<void>>();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setTimeout(IDLE_CONNECTION_MS, () => socket.destroy());
    const line = { stream: socket, hangUp: () => socket.resetAndDestroy() };
    const served = serve(line, stop.signal).finally(() => serving.delete(served));
    serving.add(served);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listenOn(server, endpoint, log);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      stop.abort();
      await Promise.all([closed, ...serving]);
    },
  };
}

/**
 * Opens a serial port and serves it until disposed; a port that goes away, as a USB converter does, is opened again.
 *
 * @throws SimulatorError `simulator/cannot-open` where it cannot be opened the first time.
 */
export async function serveSerial(line: SerialLine, serve: Serve, log: Log): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const first = await openPort(line);
  const serving = keepServing(first, line, { serve, log }, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await serving;
    },
  };
}

interface Serving {
  readonly serve: Serve;
  readonly log: Log;
}

async function keepServing(first: SerialPort, line: SerialLine, how: Serving, signal: AbortSignal): Promise<void> {
  let port: SerialPort | undefined = first;
  for (;;) {
    // A port that came back in the moment of stopping is closed here as well. There is no connection to reset on a
    // serial line: the master sees silence.
    if (port !== undefined) await how.serve({ stream: port, hangUp() {} }, signal);
    if (signal.aborted) return;
    port = await reopen(line, how.log, signal);
  }
}

async function reopen(line: SerialLine, log: Log, signal: AbortSignal): Promise<SerialPort | undefined> {
  try {
    await sleep(REOPEN_EVERY_MS, signal);
    return await openPort(line);
  } catch (error) {
    log.debug("serial port not there", { path: line.path, reason: asError(error).message });
    return undefined;
  }
}

async function openPort({ path, baudRate, parity = "none" }: SerialLine): Promise<SerialPort> {
  // Loaded here, so that a simulator without a serial line needs no native code.
  const { SerialPort } = await import("serialport");
  const port = new SerialPort({ path, baudRate, parity, autoOpen: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  port.open((error) => (error === null ? resolve() : reject(error)));
  try {
    await promise;
  } catch (error) {
    const { message } = asError(error);
    throw new SimulatorError("simulator/cannot-open", `cannot open ${path}: ${message}`, { cause: error });
  }
  return port;
}
