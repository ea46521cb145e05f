import type { SerialPort } from "serialport";

import { LinkError } from "./errors.ts";
import type { Connection, LineDeps } from "./line.ts";
import type { BytePort } from "./link.ts";
import type { LinkSettings } from "./settings.ts";
import { StreamPort } from "./stream-port.ts";

/**
 * How often the port is asked whether it is still there. serialport 13.0.0 does not notice an unplugged adapter while
 * it reads: the kernel then answers "end of file" at once, and it reads again and again, with a processor core of its
 * own. Waiting for the output to drain is the one call that a port which has gone refuses and a live one hardly feels.
 */
const CHECK_EVERY_MS = 1_000;
/** How long a port may take to close before we leave it to the kernel. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Opens a serial port, locked against other programs.
 *
 * @throws LinkError `link/down` when the port is not there, is in use, or `signal` aborts first.
 */
export async function openSerial(
  settings: Extract<LinkSettings, { readonly kind: "serial" }>,
  deps: LineDeps,
  signal: AbortSignal,
): Promise<Connection<BytePort>> {
  // Loaded here, so that a gateway without a serial line never loads the port's native code.
  const { SerialPort: Port } = await import("serialport");
  signal.throwIfAborted();
  const { path, baudRate, parity, dataBits, stopBits } = settings;
  const serial = new Port({ path, baudRate, parity, dataBits, stopBits, autoOpen: false });
  const lost = new AbortController();
  const lose = (why: string, cause?: unknown): void =>
    lost.abort(new LinkError("link/down", `${path} ${why}`, { cause }));
  serial.on("error", (error) => lose(error.message, error));
  serial.on("close", (error: Error | null) => lose(error?.message ?? "was closed", error));
  await openPort(serial, path);
  const check = setInterval(() => {
    serial.drain((error) => (error === null ? undefined : lose(error.message, error)));
  }, CHECK_EVERY_MS);
  lost.signal.addEventListener("abort", () => clearInterval(check), { once: true });
  const port = new StreamPort(serial, {
    clock: deps.clock,
    lost: lost.signal,
    drop: (reason) => lose(`given up: ${reason}`),
    flushed: () => flushed(serial),
  });
  const close = async (): Promise<void> => {
    clearInterval(check);
    await closePort(serial);
  };
  return { port, lost: lost.signal, close };
}

async function openPort(serial: SerialPort, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    serial.open((error) => {
      if (error === null) resolve();
      else reject(new LinkError("link/down", `${path}: ${error.message}`, { cause: error }));
    });
  });
}

async function flushed(serial: SerialPort): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    serial.drain((error) => (error === null ? resolve() : reject(error)));
  });
}

async function closePort(serial: SerialPort): Promise<void> {
  if (!serial.isOpen) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  serial.close(() => resolve());
  await promise;
  clearTimeout(timer);
}
