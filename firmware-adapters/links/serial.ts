import type { SerialPort } from "serialport";

import { LinkError } from "./errors.ts";
import type { Connection, LineDeps } from "./line.ts";
import type { BytePort } from "./link.ts";
import type { LinkSettings } from "./settings.ts";
import { StreamPort } from "./stream-port.ts";

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
  const port = new StreamPort(serial, {
    clock: deps.clock,
    lost: lost.signal,
    drop: (reason) => lose(`given up: ${reason}`),
    flushed: () => flushed(serial),
  });
  return { port, lost: lost.signal, close: () => closePort(serial) };
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
