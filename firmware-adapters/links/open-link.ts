import { Line } from "./line.ts";
import type { LineDeps } from "./line.ts";
import type { BytePort, Link, TcpPort } from "./link.ts";
import { openSerial } from "./serial.ts";
import type { LinkSettings } from "./settings.ts";
import { connectSerialServer, connectTcp } from "./tcp.ts";

/**
 * Opens a link and keeps it open until it is disposed.
 *
 * @returns the link when the first try to connect has ended, up or down: a line that is down now is no failure.
 * @throws the signal's reason when it aborts before that; nothing stays open then.
 */
export async function openLink(settings: LinkSettings, deps: LineDeps, signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted();
  const line = makeLine(settings, deps);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([line.firstTry, promise]);
  } catch (error) {
    await line[Symbol.asyncDispose]();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  return line;
}

function makeLine(settings: LinkSettings, deps: LineDeps): Link & { readonly firstTry: Promise<void> } {
  switch (settings.kind) {
    case "serial":
      return new Line<"serial", BytePort>(settings, "serial", (signal) => openSerial(settings, deps, signal), deps);
    case "serial-server":
      return new Line<"serial-server", BytePort>(
        settings,
        "serial-server",
        (signal) => connectSerialServer(settings, deps, signal),
        deps,
      );
    case "tcp":
      return new Line<"tcp", TcpPort>(settings, "tcp", (signal) => connectTcp(settings, signal), deps);
  }
}
