import { sleep } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { SerialPort } from "serialport";

import { SimulatorError } from "../errors.ts";
import { RtuFraming } from "./rtu-framing.ts";
import { serveLine, type ServerDeps } from "./server.ts";

/** A serial port, 8 data bits, no parity, 1 stop bit. */
export interface SerialLine {
  readonly path: string;
  readonly baudRate: number;
}

const REOPEN_EVERY_MS = 500;

/**
 * Opens a serial port and serves it until disposed; a port that goes away, as a USB converter does, is opened again.
 *
 * @throws SimulatorError `simulator/cannot-open` where it cannot be opened the first time.
 */
export async function serveSerial(line: SerialLine, deps: ServerDeps): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const first = await openPort(line);
  const serving = keepServing(first, line, deps, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await serving;
    },
  };
}

async function keepServing(first: SerialPort, line: SerialLine, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  let port: SerialPort | undefined = first;
  for (;;) {
    // A port that came back in the moment of stopping is closed here as well.
    if (port !== undefined) await servePort(port, deps, signal);
    if (signal.aborted) return;
    port = await reopen(line, deps.log, signal);
  }
}

async function servePort(port: SerialPort, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  // There is no connection to reset on a serial line: the master sees silence.
  await serveLine({ stream: port, framing: new RtuFraming(), hangUp() {} }, deps, signal);
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

async function openPort({ path, baudRate }: SerialLine): Promise<SerialPort> {
  // Loaded here, so that a simulator without a serial line needs no native code.
  const { SerialPort } = await import("serialport");
  const port = new SerialPort({ path, baudRate, autoOpen: false });
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
