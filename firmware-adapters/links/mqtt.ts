import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { MqttClient } from "mqtt";

import { LinkError } from "./errors.ts";
import type { LineDeps } from "./line.ts";
import type { LinkStatus, MqttLink, MqttMessage } from "./link.ts";
import type { LinkSettings } from "./settings.ts";
import { SharedThings } from "./shared-things.ts";
import { StatusBoard } from "./status-board.ts";
import { Subscriptions } from "./subscriptions.ts";

type MqttSettings = Extract<LinkSettings, { readonly kind: "mqtt" }>;

const RECONNECT = { firstMs: 250, maxMs: 30_000 };
const CONNECT_TIMEOUT_MS = 5_000;
const PUBLISH_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_S = 15;
/** A broker of a site carries small messages; what is larger is none of ours. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/**
 * A session with a broker that outlives connections: MQTT 3.1.1, `clean` off, so that the broker keeps for us what
 * devices said while we were away.
 */
export class BrokerLink implements MqttLink {
  readonly kind = "mqtt";
  readonly settings: MqttSettings;
  readonly #deps: LineDeps;
  readonly #board = new StatusBoard();
  readonly #shared = new SharedThings();
  readonly #stop = new AbortController();
  readonly #subscriptions: Subscriptions;
  readonly #ended: Promise<void>;
  #client: MqttClient | undefined;

  constructor(settings: MqttSettings, deps: LineDeps) {
    this.settings = settings;
    this.#deps = deps;
    this.#subscriptions = new Subscriptions({
      clock: deps.clock,
      onFirst: (filter) => this.#tellBroker((client) => client.subscribeAsync(filter, { qos: 1 })),
      onLast: (filter) => this.#tellBroker((client) => client.unsubscribeAsync(filter)),
    });
    this.#ended = this.#keepConnected();
  }

  get id(): string {
    return this.settings.id;
  }

  get status(): LinkStatus {
    return this.#board.status;
  }

  shared<T extends object>(kind: new () => T): T {
    return this.#shared.get(kind);
  }

  onStatus(listener: (status: LinkStatus) => void): Disposable {
    return this.#board.onStatus(listener);
  }

  subscribe(filter: string, onMessage: (message: MqttMessage) => Promise<void> | void): Disposable {
    return this.#subscriptions.add(filter, onMessage);
  }

  async publish(
    topic: string,
    payload: string,
    { retain }: { readonly retain: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const client = this.#client;
    if (client?.connected !== true) throw new LinkError("link/down", `link ${this.id}: ${this.#whyDown()}`);
    const late = Promise.withResolvers<never>();
    const onAbort = (): void => late.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => late.reject(new LinkError("link/timeout", `link ${this.id}: the broker did not take it`)),
      PUBLISH_TIMEOUT_MS,
    );
    try {
      await Promise.race([client.publishAsync(topic, payload, { qos: 1, retain }), late.promise]);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LinkError) throw error;
      throw new LinkError("link/down", `link ${this.id}: ${asError(error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new LinkError("link/closed", `link ${this.id} was closed`));
    this.#subscriptions[Symbol.dispose]();
    await this.#ended;
  }

  #whyDown(): string {
    return this.status.kind === "down" ? this.status.reason : "the connection was just lost";
  }

  async #keepConnected(): Promise<void> {
    const { clock, log } = this.#deps;
    const backoff = new Backoff(RECONNECT);
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      try {
        await this.#connectOnce(stop, () => backoff.reset());
      } catch (error) {
        const reason = asError(error).message;
        if (this.#board.turn({ kind: "down", reason }) && !stop.aborted) {
          log.warn("link down", { link: this.id, reason });
        }
      }
      // Ends early on dispose; there is nothing to do about it but to leave.
      await clock.sleep(backoff.nextMs(), stop).catch(() => undefined);
    }
  }

  async #connectOnce(stop: AbortSignal, onUp: () => void): Promise<never> {
    // Loaded here, so that a site without a broker never loads the client.
    const { connect } = await import("mqtt");
    const { url, clientId, username, password } = this.settings;
    const client = connect(url, {
      clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      protocolVersion: 4,
      clean: false,
      keepalive: KEEP_ALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      // Subscriptions are ours to renew: the library's own memory of them ends with each client.
      resubscribe: false,
    });
    this.#takeMessages(client);
    const lost = Promise.withResolvers<never>();
    const onStop = (): void => lost.reject(stop.reason);
    stop.addEventListener("abort", onStop, { once: true });
    client.on("error", (error) => lost.reject(new LinkError("link/down", error.message, { cause: error })));
    client.on("close", () => lost.reject(new LinkError("link/down", "the broker is not there")));
    client.once("connect", () => {
      onUp();
      this.#client = client;
      this.#board.turn({ kind: "up" });
      this.#deps.log.info("link up", { link: this.id });
      for (const filter of this.#subscriptions.filters) {
        client.subscribeAsync(filter, { qos: 1 }).catch((error: unknown) => lost.reject(error));
      }
    });
    try {
      return await lost.promise;
    } finally {
      stop.removeEventListener("abort", onStop);
      this.#client = undefined;
      client.end(true);
    }
  }

  /** Holds back each PUBACK until whoever subscribed has dealt with the message. */
  #takeMessages(client: MqttClient): void {
    client.handleMessage = (packet, done) => {
      const payload = Buffer.from(packet.payload);
      if (payload.length > MAX_PAYLOAD_BYTES) return done();
      const message = { topic: packet.topic, payload, isRetained: packet.retain };
      this.#subscriptions.deliver(message).then(
        () => done(),
        (error: unknown) => {
          this.#deps.log.warn("message not taken", { link: this.id, reason: asError(error).message });
          // Without its PUBACK the broker sends the message again on the next connection.
          client.stream.destroy();
        },
      );
    };
  }

  #tellBroker(tell: (client: MqttClient) => Promise<unknown>): void {
    const client = this.#client;
    if (client?.connected !== true) return;
    // Not taken: the connection has gone, and the next one begins with every filter.
    tell(client).catch(() => client.stream.destroy());
  }
}
