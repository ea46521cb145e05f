import type { Socket } from "node:net";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "./errors.ts";
import type { LineDeps } from "./line.ts";
import type { LinkStatus, ListenerLink } from "./link.ts";
import { listenTcp } from "./listen-tcp.ts";
import { listenUdp } from "./listen-udp.ts";
import type { ListenerSettings, Listening, OnPeer, Server } from "./listening.ts";
import { SharedThings } from "./shared-things.ts";
import { StatusBoard } from "./status-board.ts";

const RELISTEN = { firstMs: 250, maxMs: 30_000 };

/** A listening port of the gateway, kept open until it is disposed. */
export class Listener implements ListenerLink {
  readonly kind = "listener";
  readonly settings: ListenerSettings;
  readonly #deps: LineDeps;
  readonly #board = new StatusBoard();
  readonly #shared = new SharedThings();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #listening: Listening | undefined;
  #server: Server | undefined;

  constructor(settings: ListenerSettings, deps: LineDeps) {
    this.settings = settings;
    this.#deps = deps;
    this.#ended = this.#keepListening();
  }

  get id(): string {
    return this.settings.id;
  }

  get status(): LinkStatus {
    return this.#board.status;
  }

  get port(): number | undefined {
    return this.#listening?.port;
  }

  shared<T extends object>(kind: new () => T): T {
    return this.#shared.get(kind);
  }

  onStatus(listener: (status: LinkStatus) => void): Disposable {
    return this.#board.onStatus(listener);
  }

  serve(onPeer: OnPeer): Disposable {
    return this.#serve({ kind: "peers", onPeer });
  }

  serveSockets(onSocket: (socket: Socket) => void): Disposable {
    return this.#serve({ kind: "sockets", onSocket });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new LinkError("link/closed", `link ${this.id} was closed`));
    await this.#ended;
  }

  #serve(server: Server): Disposable {
    if (this.#server !== undefined) throw new LinkError("link/taken", `link ${this.id} serves another protocol`);
    this.#server = server;
    return {
      [Symbol.dispose]: () => {
        if (this.#server !== server) return;
        this.#server = undefined;
        this.#listening?.dropPeers("nobody serves this port now");
      },
    };
  }

  async #keepListening(): Promise<void> {
    const { clock, log } = this.#deps;
    const backoff = new Backoff(RELISTEN);
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      try {
        await this.#listenOnce(stop, () => backoff.reset());
      } catch (error) {
        const reason = asError(error).message;
        if (this.#board.turn({ kind: "down", reason }) && !stop.aborted) {
          log.warn("not listening", { link: this.id, reason });
        }
      }
      // Ends early on dispose; there is nothing to do about it but to leave.
      await clock.sleep(backoff.nextMs(), stop).catch(() => undefined);
    }
    this.#board.turn({ kind: "down", reason: `link ${this.id} was closed` });
  }

  async #listenOnce(stop: AbortSignal, onListening: () => void): Promise<never> {
    const listen = this.settings.transport === "tcp" ? listenTcp : listenUdp;
    await using listening = await listen(this.settings, () => this.#server ?? NOBODY);
    stop.throwIfAborted();
    this.#listening = listening;
    onListening();
    this.#board.turn({ kind: "up" });
    this.#deps.log.info("listening", { link: this.id, port: listening.port });
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const onStop = (): void => reject(stop.reason);
    stop.addEventListener("abort", onStop, { once: true });
    try {
      throw await Promise.race([listening.failed, stopped]);
    } finally {
      stop.removeEventListener("abort", onStop);
      this.#listening = undefined;
    }
  }
}

const NOBODY: Server = {
  kind: "peers",
  onPeer(peer) {
    peer.drop("nobody serves this port now");
    return () => undefined;
  },
};
