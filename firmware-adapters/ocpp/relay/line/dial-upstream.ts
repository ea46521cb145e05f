import { readFile } from "node:fs/promises";

import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { WebSocket } from "ws";

import type { OcppVersion } from "../../words.ts";
import type { RelaySettings } from "../settings.ts";
import { SOCKET_BOUNDS } from "./socket-bounds.ts";
import { Upstream } from "./upstream.ts";

/** For whom upstream is called. */
export interface Caller {
  readonly identity: string;
  /** What the station offers and the gateway allows, the preferred first. */
  readonly versions: readonly OcppVersion[];
  /** The header that the station itself sent. */
  readonly authorization: string | undefined;
  /** For so long upstream must have stayed before it counts as there: it has closed on us before. */
  readonly proveMs: number;
}

export type Dialed =
  | { readonly kind: "open"; readonly upstream: Upstream; readonly version: OcppVersion }
  /** `reason` is for people; no password is in it. */
  | { readonly kind: "away"; readonly reason: string };

/** Upstream has so long to complete the handshake: a station waits for ours meanwhile. */
const HANDSHAKE_WITHIN_MS = 10_000;

/** Calls the central system upstream as the station would. */
export async function dialUpstream(
  settings: RelaySettings,
  caller: Caller,
  clock: Clock,
  signal: AbortSignal,
): Promise<Dialed> {
  let socket: WebSocket;
  try {
    const tls = await certificates(settings);
    signal.throwIfAborted();
    socket = new WebSocket(upstreamUrl(settings.url, caller.identity), [...caller.versions], {
      ...SOCKET_BOUNDS,
      ...tls,
      minVersion: "TLSv1.2",
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      headers: login(settings, caller),
    });
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "away", reason: asError(error).message };
  }
  const upstream = new Upstream(socket);
  const giveUp = (): void => socket.terminate();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const isThere = (await upstream.opened) && (await staysFor(upstream, caller.proveMs, clock));
    const version = caller.versions.find((one) => one === socket.protocol);
    if (isThere && version !== undefined && !signal.aborted) return { kind: "open", upstream, version };
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
  socket.terminate();
  return { kind: "away", reason: upstream.whyClosed };
}

/** The identity is put behind the endpoint percent-encoded, however the station wrote it. */
function upstreamUrl(endpoint: string, identity: string): string {
  return `${endpoint.replace(/\/+$/, "")}/${encodeURIComponent(identity)}`;
}

/** Read at every call: certificates are renewed while we run. */
async function certificates({ caFile, certFile, keyFile }: RelaySettings) {
  const [ca, cert, key] = await Promise.all(
    [caFile, certFile, keyFile].map(async (file) => (file === undefined ? undefined : await readFile(file))),
  );
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined || key === undefined ? {} : { cert, key }) };
}

/** @see OCPP 1.6 security whitepaper edition 3, section 2.1 (the user is the identity) */
function login({ login: whose, key }: RelaySettings, { identity, authorization }: Caller): Record<string, string> {
  if (whose === "own") return { authorization: `Basic ${Buffer.from(`${identity}:${key ?? ""}`).toString("base64")}` };
  return whose === "station" && authorization !== undefined ? { authorization } : {};
}

async function staysFor(upstream: Upstream, ms: number, clock: Clock): Promise<boolean> {
  // Ends early when upstream closes.
  if (ms > 0) await clock.sleep(ms, upstream.closed).catch(() => undefined);
  return !upstream.closed.aborted;
}
