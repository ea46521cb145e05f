import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";

import { asError } from "@outpost/kernel/thrown.ts";

import { ProvisionError } from "../errors.ts";
import type { TimeView } from "./best-time.ts";
import { judgeServer } from "./judge-server.ts";
import { pemBlocks } from "./pem.ts";

const CONNECT_WITHIN_MS = 10_000;

/** Whom to trust and who we are, for one connection. */
export interface SocketOptions {
  /** `https://` or `mqtts://`. */
  readonly url: string;
  /** The roots, PEM; undefined: whoever it is, for a first look at the fleet's roots. */
  readonly anchorsPem: string | undefined;
  readonly client: { readonly keyPem: string; readonly chainPem: string } | undefined;
  readonly time: TimeView;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "https:": 443, "mqtts:": 8883 };

/**
 * Opens a TLS 1.3 connection whose other side has proved to be whom we trust. Nothing of ours but our certificate has
 * been sent when it resolves.
 *
 * @throws ProvisionError `provision/unreachable` or `provision/not-our-fleet`; the reason of `signal` when that aborts.
 */
export async function openTrustedSocket(options: SocketOptions, signal: AbortSignal): Promise<TLSSocket> {
  signal.throwIfAborted();
  const { url, anchorsPem, client, time } = options;
  const { hostname, port, protocol, host: where } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({
    host,
    port: port === "" ? (DEFAULT_PORTS[protocol] ?? 443) : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: "TLSv1.3",
    // Judged below, by the time that we know rather than the one that the clock shows.
    rejectUnauthorized: false,
    ...(anchorsPem === undefined ? {} : { ca: anchorsPem }),
    ...(client === undefined ? {} : { key: client.keyPem, cert: client.chainPem }),
  });
  try {
    await untilSecure(socket, signal);
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new ProvisionError("provision/unreachable", `${where}: ${asError(error).message}`, { cause: error });
  }
  if (anchorsPem === undefined) return socket;
  const anchors = pemBlocks(anchorsPem).map((pem) => new X509Certificate(pem));
  const why = judgeServer(socket, host, anchors, time);
  if (why === undefined) return socket;
  socket.destroy();
  throw new ProvisionError("provision/not-our-fleet", `${where}: ${why}`);
}

async function untilSecure(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason);
  const timer = setTimeout(() => reject(new Error("no answer in time")), CONNECT_WITHIN_MS);
  const onClose = (): void => reject(new Error("the connection was closed"));
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("secureConnect", resolve);
  socket.once("close", onClose);
  socket.on("error", reject);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    socket.off("close", onClose);
  }
}
