import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { Socket } from "node:net";

import { RPCServer, type RPCClient } from "ocpp-rpc";

import { HOST } from "../../testing/ocpp-rig.ts";

/** One handshake as upstream saw it. */
export interface SeenHandshake {
  readonly url: string | undefined;
  readonly protocols: string | undefined;
  readonly authorization: string | undefined;
  /** Common name of the certificate that was shown. */
  readonly certificate: string | undefined;
}

export interface CsmsOptions {
  readonly protocols?: readonly string[];
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer };
}

type Answer = (payload: unknown) => unknown;

/** A central system upstream in a test's hands: ocpp-rpc's, with everything it heard. It gives its own transaction numbers. */
export class UpstreamCsms implements AsyncDisposable {
  readonly handshakes: SeenHandshake[] = [];
  readonly heard: { readonly action: string; readonly payload: unknown }[] = [];
  /** All messages from stations, as their texts. */
  readonly texts: string[] = [];
  readonly answers = new Map<string, Answer>([
    ["BootNotification", () => ({ status: "Accepted", currentTime: new Date().toISOString(), interval: 300 })],
    ["Heartbeat", () => ({ currentTime: "2026-11-25T00:00:00Z" })],
    ["Authorize", () => ({ idTagInfo: { status: "Accepted" } })],
    ["StartTransaction", () => ({ transactionId: 70_001, idTagInfo: { status: "Accepted" } })],
  ]);
  /** It completes handshakes and closes at once. */
  closesAtOnce = false;
  readonly #options: CsmsOptions;
  readonly #rpc: RPCServer;
  readonly #clients = new Set<RPCClient>();
  readonly #sockets = new Set<Socket>();
  #http: Server;
  #port = 0;

  private constructor(options: CsmsOptions) {
    this.#options = options;
    this.#rpc = new RPCServer({ protocols: [...(options.protocols ?? ["ocpp2.0.1", "ocpp1.6"])], strictMode: false });
    this.#rpc.on("client", (client: RPCClient) => this.#greet(client));
    this.#http = this.#newHttp();
  }

  static async start(options: CsmsOptions = {}): Promise<UpstreamCsms> {
    const csms = new UpstreamCsms(options);
    await csms.mend();
    return csms;
  }

  get url(): string {
    return `${this.#options.tls === undefined ? "ws" : "wss"}://${HOST}:${this.#port}/csms`;
  }

  get connections(): number {
    return this.#clients.size;
  }

  /** The station that is connected now. */
  get client(): RPCClient {
    const [client] = [...this.#clients].slice(-1);
    if (client === undefined) throw new Error("no station is connected upstream");
    return client;
  }

  /** Everybody is cut off, and nobody can connect … */
  async cut(): Promise<void> {
    if (!this.#http.listening) return;
    const closed = once(this.#http, "close");
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** … until now. */
  async mend(): Promise<void> {
    this.#http = this.#newHttp();
    this.#http.listen(this.#port, HOST);
    await once(this.#http, "listening");
    const address = this.#http.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }

  #newHttp(): Server {
    const { tls } = this.#options;
    const http =
      tls === undefined
        ? createHttpServer()
        : createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: true });
    http.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    http.on("upgrade", (request: IncomingMessage, socket, head) => {
      this.#saw(request);
      if (!(socket instanceof Socket)) return;
      this.#rpc.handleUpgrade(request, socket, head).catch(() => socket.destroy());
    });
    return http;
  }

  #saw({ url, headers, socket }: IncomingMessage): void {
    const certificate =
      "getPeerCertificate" in socket && typeof socket.getPeerCertificate === "function"
        ? String(socket.getPeerCertificate().subject?.CN)
        : undefined;
    const { authorization } = headers;
    this.handshakes.push({ url, protocols: headers["sec-websocket-protocol"], authorization, certificate });
  }

  #greet(client: RPCClient): void {
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    client.on("message", ({ message, outbound }: { message: string; outbound: boolean }) => {
      if (!outbound) this.texts.push(message);
    });
    client.handle(async ({ method = "", params }) => {
      this.heard.push({ action: method, payload: params });
      return (await this.answers.get(method)?.(params)) ?? {};
    });
    if (this.closesAtOnce) client.close({ code: 1008, reason: "not today", force: true }).catch(() => {});
  }
}
