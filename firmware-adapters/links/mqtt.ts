import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { IPublishPacket, MqttClient } from "mqtt";

import { Arrivals } from "./arrivals.ts";
import { LinkError } from "./errors.ts";
import type { LineDeps } from "./line.ts";
import type { LinkStatus, MqttLink, MqttMessage } from "./link.ts";
import type { LinkSettings } from "./settings.ts";
import { SharedThings } from "./shared-things.ts";
import { StatusBoard } from "./status-board.ts";
import { Subscriptions } from "./subscriptions.ts";

type MqttSettings = Extract<LinkSettings, { readonly kind: "mqtt" }>;

/** A broker of the site is near: an alarm button must not wait half a minute for the next try. */
const RECONNECT = { firstMs: 250, maxMs: 5_000 };
/** A connection that held this long was a good one, whether or not a message was taken on it. */
const STABLE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;
const PUBLISH_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_S = 15;
/** A broker of a site carries small messages; what is larger is none of ours. */
const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Said to the client so that it reads on and leaves the PUBACK to us. */
const ACKNOWLEDGED_LATER = new Error("acknowledged later");

/** One connection while it lasts. `lost` aborts with a LinkError `link/down` when it ends for whatever reason. */
interface Connection {
  readonly client: MqttClient;
  readonly lost: AbortSignal;
  readonly lose: (reason: unknown) => void;
}

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
  readonly #backoff = new Backoff(RECONNECT);
  readonly #subscriptions: Subscriptions;
  readonly #ended: Promise<void>;
  #connection: Connection | undefined;

  constructor(settings: MqttSettings, deps: LineDeps) {
    this.settings = settings;
    this.#deps = deps;
    this.#subscriptions = new Subscriptions({
      clock: deps.clock,
      onWanted: (filter) => this.#tellBroker("subscribe", [filter]),
      onUnwanted: (filter) => this.#tellBroker("unsubscribe", [filter]),
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
    const connection = this.#connection;
    if (connection === undefined) throw new LinkError("link/down", `link ${this.id}: ${this.#whyDown()}`);
    const { client, lost } = connection;
    const late = Promise.withResolvers<never>();
    const onEnd = (): void => late.reject(signal.aborted ? signal.reason : lost.reason);
    const timer = setTimeout(
      () => late.reject(new LinkError("link/timeout", `link ${this.id}: the broker did not take it`)),
      PUBLISH_TIMEOUT_MS,
    );
    signal.addEventListener("abort", onEnd, { once: true });
    lost.addEventListener("abort", onEnd, { once: true });
    try {
      await Promise.race([client.publishAsync(topic, payload, { qos: 1, retain }), late.promise]);
      this.#backoff.reset();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LinkError) throw error;
      throw new LinkError("link/down", `link ${this.id}: ${asError(error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onEnd);
      lost.removeEventListener("abort", onEnd);
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
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      const reason = asError(await this.#connectOnce(stop)).message;
      if (this.#board.turn({ kind: "down", reason }) && !stop.aborted) log.warn("link down", { link: this.id, reason });
      // Ends early on dispose; there is nothing to do about it but to leave.
      await clock.sleep(this.#backoff.nextMs(), stop).catch(() => undefined);
    }
  }

  /** @returns why the connection ended or did not come about. */
  async #connectOnce(stop: AbortSignal): Promise<unknown> {
    // Loaded here, so that a site without a broker never loads the client.
    const { connect } = await import("mqtt");
    if (stop.aborted) return stop.reason;
    const connection = this.#watched(connect(this.settings.url, this.#options()));
    const { client, lost, lose } = connection;
    const onStop = (): void => lose(stop.reason);
    stop.addEventListener("abort", onStop, { once: true });
    let upAtMs = Number.POSITIVE_INFINITY;
    client.once("connect", () => {
      if (lost.aborted) return;
      upAtMs = this.#deps.clock.monotonicMs();
      this.#connection = connection;
      this.#tellBroker("subscribe", this.#subscriptions.filters);
      this.#board.turn({ kind: "up" });
      this.#deps.log.info("link up", { link: this.id });
    });
    try {
      return await abortedWith(lost);
    } finally {
      stop.removeEventListener("abort", onStop);
      this.#connection = undefined;
      if (this.#deps.clock.monotonicMs() - upAtMs >= STABLE_MS) this.#backoff.reset();
      await closed(client);
    }
  }

  #options() {
    const { clientId, username, password } = this.settings;
    return {
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
    } as const;
  }

  #watched(client: MqttClient): Connection {
    const end = new AbortController();
    // The first reason to come is the true one; what the client says while it closes is its echo.
    const lose = (reason: unknown): void => {
      if (!end.signal.aborted) end.abort(reason);
    };
    client.on("error", (error) => lose(new LinkError("link/down", error.message, { cause: error })));
    client.on("close", () => lose(new LinkError("link/down", "the broker is not there")));
    this.#takeMessages(client, end.signal, lose);
    return { client, lost: end.signal, lose };
  }

  /** Holds back each PUBACK until whoever subscribed has dealt with the message. */
  #takeMessages(client: MqttClient, lost: AbortSignal, lose: (reason: unknown) => void): void {
    const arrivals = new Arrivals({
      deliver: (message) => this.#subscriptions.deliver(message, lost),
      acknowledge: (messageId) => {
        client.stream.write(pubackOf(messageId));
        this.#backoff.reset();
      },
      giveUp: (error) => {
        const reason = asError(error).message;
        this.#deps.log.warn("message not taken", { link: this.id, reason });
        // Without its PUBACK the broker sends the message again on the next connection.
        lose(new LinkError("link/down", `a message was not taken: ${reason}`, { cause: error }));
      },
    });
    lost.addEventListener("abort", () => arrivals.end(), { once: true });
    client.handleMessage = (packet, done) => {
      const messageId = packet.qos === 1 ? packet.messageId : undefined;
      const message = messageOf(packet);
      if (message.payload.length > MAX_PAYLOAD_BYTES) {
        this.#deps.log.warn("message too long", { link: this.id, topic: message.topic, bytes: message.payload.length });
        return done();
      }
      // The client deals with one packet at a time and would let everything wait, pings and alarms included.
      arrivals.take({ message, messageId }, () => done(messageId === undefined ? undefined : ACKNOWLEDGED_LATER));
    };
  }

  #tellBroker(what: "subscribe" | "unsubscribe", filters: readonly string[]): void {
    const client = this.#connection?.client;
    if (client === undefined || filters.length === 0) return;
    const told =
      what === "subscribe" ? client.subscribeAsync([...filters], { qos: 1 }) : client.unsubscribeAsync([...filters]);
    told.catch((error: unknown) => {
      // Where the connection has gone the next one begins with every filter. Where the broker refuses one filter, the
      // devices on the others must not lose their connection for it.
      const reason = asError(error).message;
      this.#deps.log.warn(`the broker did not ${what}`, { link: this.id, filters: filters.slice(0, 10), reason });
    });
  }
}

function messageOf({ topic, payload, retain, dup }: IPublishPacket): MqttMessage {
  return { topic, payload: Buffer.from(payload), isRetained: retain, isSentAgain: dup };
}

/** MQTT 3.1.1, section 3.4. */
function pubackOf(messageId: number): Buffer {
  return Buffer.of(0x40, 2, messageId >> 8, messageId & 0xff);
}

async function abortedWith(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return signal.reason;
  return await new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

/** Ends a client without a farewell, so that the broker goes on keeping for us, and waits until its socket is closed. */
async function closed(client: MqttClient): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  client.end(true, () => resolve());
  await promise;
  clearTimeout(timer);
}
