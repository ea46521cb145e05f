import { createServer, type IncomingMessage, type Server } from "node:http";
import { Socket } from "node:net";
import { TLSSocket } from "node:tls";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { RPCServer, type RPCClient } from "ocpp-rpc";

import { LinkError } from "../../links/errors.ts";
import type { ListenerLink } from "../../links/link.ts";
import type { OcppVersion } from "../words.ts";
import { Connection, type OnCall } from "./connection.ts";
import { HandshakeRate } from "./handshake-rate.ts";
import { isPassword } from "./password.ts";
import { parseRequestUrl } from "./request-url.ts";
import { refuseUpgrade, type RefusalStatus, type Upgrade } from "./upgrade.ts";

/** A charge point that may call here, and how it shows who it is. */
interface Caller {
  readonly identity: string;
  readonly versions: readonly OcppVersion[];
  /** 0: none, 1: password, 2: password over TLS, 3: client certificate. It is never lowered. */
  readonly securityProfile: 0 | 1 | 2 | 3;
  /** The AuthorizationKey, for profiles 1 and 2. */
  readonly password: string | undefined;
  /** Another one that is right as well; it is told when that was the one it called with. */
  readonly nextPassword?: string | undefined;
  onNextPassword?(): void;
  /** Common name of the client certificate, for profile 3. */
  readonly commonName: string;
  /** Its calls are refused while this is so: relay mode, while upstream is away. */
  isTurnedAway?(): boolean;
}

/** A charge point whose central system we are. */
export interface ExpectedStation extends Caller {
  /** It has called. The older connection of the same identity is closed already. */
  onConnect(connection: Connection): OnCall;
}

/** A charge point that is let through to another central system. */
export interface RelayedStation extends Caller {
  /** It has called and is who it says: the handshake is now the relay's to complete or to refuse. */
  onUpgrade(upgrade: Upgrade): void;
}

export interface OcppServerDeps {
  readonly clock: Clock;
  readonly log: Log;
}

const VERSIONS: readonly OcppVersion[] = ["ocpp2.0.1", "ocpp1.6"];
const MAX_MESSAGE_BYTES = 256 * 1024;
const PING_EVERY_MS = 30_000;
const HANDSHAKE_WITHIN_MS = 10_000;

interface Running {
  readonly http: Server;
  readonly serving: Disposable;
  readonly deps: OcppServerDeps;
}

/** The WebSocket server of one listener, shared by all charge points on it. It runs while there is one. */
export class OcppServer {
  readonly #stations = new Map<string, ExpectedStation | RelayedStation>();
  readonly #connections = new Map<string, Connection>();
  readonly #rate = new HandshakeRate();
  #running: Running | undefined;

  /**
   * Lets a station call from now on.
   *
   * @returns what ends it: its connection is closed, where it is not a relay's.
   * @throws LinkError `link/taken` where another device has this identity, or another protocol the port.
   */
  expect(station: ExpectedStation | RelayedStation, link: ListenerLink, deps: OcppServerDeps): Disposable {
    const { identity } = station;
    if (this.#stations.has(identity)) throw new LinkError("link/taken", `two devices are the station ${identity}`);
    this.#running ??= this.#run(link, deps);
    this.#stations.set(identity, station);
    return {
      [Symbol.dispose]: () => {
        if (this.#stations.get(identity) !== station) return;
        this.#stations.delete(identity);
        this.#connections.get(identity)?.close("the device was closed");
        if (this.#stations.size === 0) this.#stop();
      },
    };
  }

  #run(link: ListenerLink, deps: OcppServerDeps): Running {
    const http = createServer({ requestTimeout: HANDSHAKE_WITHIN_MS, headersTimeout: HANDSHAKE_WITHIN_MS });
    http.on("request", (_, response) => response.writeHead(426, { upgrade: "websocket" }).end());
    http.on("clientError", (_, socket) => socket.destroy());
    const rpc = this.#rpcServer(deps);
    http.on("upgrade", (request, socket, head) => this.#upgrade(rpc, { request, socket, head }, deps));
    const serving = link.serveSockets((socket) => http.emit("connection", socket));
    return { http, serving, deps };
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.serving[Symbol.dispose]();
    running?.http.closeAllConnections();
  }

  #rpcServer(deps: OcppServerDeps): RPCServer {
    const rpc = new RPCServer({
      protocols: [...VERSIONS],
      // Inbound we are tolerant and count; outbound `Connection` is strict.
      strictMode: false,
      pingIntervalMs: PING_EVERY_MS,
      deferPingsOnActivity: true,
      maxBadMessages: Number.POSITIVE_INFINITY,
      wssOptions: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: { threshold: 1_024 } },
    });
    rpc.auth((accept, _reject, { identity, protocols }) => {
      const versions = this.#stations.get(identity)?.versions ?? [];
      // Without a version in common the handshake is completed and the connection closed: OCPP-J 1.6, section 3.2.
      accept({}, versions.find((version) => protocols.has(version)) ?? false);
    });
    rpc.on("client", (client: RPCClient) => this.#greet(client, deps));
    return rpc;
  }

  #greet(client: RPCClient, { clock, log }: OcppServerDeps): void {
    const { identity = "", protocol } = client;
    const station = this.#stations.get(identity);
    const version = VERSIONS.find((one) => one === protocol);
    if (station === undefined || "onUpgrade" in station || version === undefined) {
      log.warn("charge point turned away", { identity, why: "no OCPP version in common" });
      client.close({ code: 1002, reason: "no OCPP version in common" }).catch(() => {});
      return;
    }
    // A station that lost its line knows it before we do: its old connection would answer nobody for minutes.
    this.#connections.get(identity)?.close("the station has called again");
    const connection = new Connection(client, { identity, version, clock });
    this.#connections.set(identity, connection);
    connection.closed.addEventListener("abort", () => {
      if (this.#connections.get(identity) === connection) this.#connections.delete(identity);
    });
    connection.serve(station.onConnect(connection));
  }

  #upgrade(rpc: RPCServer, { request, socket, head }: Upgrade, { clock, log }: OcppServerDeps): void {
    socket.on("error", () => socket.destroy());
    const checked = this.#check(request, clock.monotonicMs());
    if (checked.kind === "refused") {
      // Upstream being away, and the brake itself, are nobody's guesses.
      if (checked.status < 429) this.#rate.refused(request.socket.remoteAddress ?? "", clock.monotonicMs());
      log.warn("charge point refused", {
        from: request.socket.remoteAddress,
        status: checked.status,
        why: checked.why,
      });
      refuseUpgrade(socket, checked.status);
      return;
    }
    const { station } = checked;
    if ("onUpgrade" in station) {
      station.onUpgrade({ request, socket, head });
      return;
    }
    if (!(socket instanceof Socket)) return;
    rpc.handleUpgrade(request, socket, head).catch((error: unknown) => {
      log.warn("handshake failed", { identity: station.identity, reason: asError(error).message });
      socket.destroy();
    });
  }

  #check(request: IncomingMessage, nowMs: number): Checked {
    const address = request.socket.remoteAddress ?? "";
    if (!this.#rate.allows(address, nowMs)) return refusal(429, "too many tries");
    const url = parseRequestUrl(request.url);
    if (url.kind === "refused") return refusal(url.status, url.why);
    if (request.headers.upgrade?.toLowerCase() !== "websocket") return refusal(400, "no WebSocket");
    const station = this.#stations.get(url.identity);
    if (station === undefined) return refusal(404, `${url.identity} is not known here`);
    if (!isAuthorised(request, station)) return refusal(401, `${url.identity} is not who it says`);
    if (station.isTurnedAway?.() === true) return refusal(503, "upstream is away");
    return { kind: "fine", station };
  }
}

type Checked =
  | { readonly kind: "fine"; readonly station: ExpectedStation | RelayedStation }
  | { readonly kind: "refused"; readonly status: RefusalStatus; readonly why: string };

function refusal(status: RefusalStatus, why: string): Checked {
  return { kind: "refused", status, why };
}

/** @see OCPP 1.6 security whitepaper edition 3, section 2; OCPP 2.0.1 part 2, A00 */
function isAuthorised(request: IncomingMessage, station: Caller): boolean {
  switch (station.securityProfile) {
    case 0:
      return true;
    case 1:
    case 2:
      return hasPassword(basicPassword(request, station.identity), station);
    case 3:
      return (
        request.socket instanceof TLSSocket && request.socket.getPeerCertificate().subject?.CN === station.commonName
      );
  }
}

function hasPassword(given: Buffer | undefined, station: Caller): boolean {
  const { password, nextPassword } = station;
  if (nextPassword !== undefined && isPassword(given, nextPassword)) {
    station.onNextPassword?.();
    return true;
  }
  return password !== undefined && isPassword(given, password);
}

/** The password of HTTP Basic, as bytes: keys may be any. Undefined where it is another user's. */
function basicPassword(request: IncomingMessage, identity: string): Buffer | undefined {
  const encoded = /^ *basic +([A-Za-z0-9._~+/-]+=*) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const both = Buffer.from(encoded, "base64");
  const user = Buffer.from(`${identity}:`);
  return both.subarray(0, user.length).equals(user) ? both.subarray(user.length) : undefined;
}
