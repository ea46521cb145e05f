import { randomBytes } from "node:crypto";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { parseUplinkTopic, uplinkFilter } from "@outpost/wire/topics.ts";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";

import type { FleetBus, OnUplink, Publish } from "./bus.ts";
import { BrokerError } from "./errors.ts";

const CONNECT_WITHIN_MS = 10_000;
const PUBLISH_WITHIN_MS = 10_000;
const KEEP_ALIVE_S = 15;

export interface ExternalBrokerOptions {
  /** `mqtt://` or `mqtts://`, with user and password where the broker asks for them. */
  readonly url: string;
  /** Set where several fleet processes share the messages of one broker that knows `$share`. */
  readonly share: string | undefined;
  /** The fleet's own certificate and whom it believes, for `mqtts://`; asked for at each connection. */
  readonly tls?: (() => Pick<IClientOptions, "key" | "cert" | "ca">) | undefined;
  readonly log: Log;
  readonly onUplink: OnUplink;
}

/** One connection that is up and subscribed, and how to see its end. */
interface Connection {
  readonly client: MqttClient;
  readonly ended: Promise<void>;
}

/**
 * Connects to a broker of its own (mosquitto, EMQX) and stays connected. Clean session: what was under way to a fleet
 * process that died is unacknowledged, and its gateway sends it again.
 *
 * @throws BrokerError `broker/connect`, without the password.
 */
export async function openExternalBroker(options: ExternalBrokerOptions): Promise<FleetBus> {
  const url = withoutSecrets(options.url);
  const state = { connection: await connect(options, url) };
  const stop = new AbortController();
  const keeping = keepConnected(options, url, state, stop.signal);
  return {
    url,
    securedUrl: undefined,
    letGoRevoked: async () => {},
    get isConnected() {
      return state.connection.client.connected;
    },
    async publish(topic, payload) {
      await publishWithin(state.connection.client, topic, payload);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await state.connection.client.endAsync(true);
      await keeping;
    },
  };
}

/** A new client each time, not a reconnecting one: an order that was under way must never be sent again later. */
async function keepConnected(
  options: ExternalBrokerOptions,
  url: string,
  state: { connection: Connection },
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 15_000 });
  for (;;) {
    await state.connection.ended;
    if (signal.aborted) return;
    options.log.warn("the connection to the broker has ended; connecting again", { url });
    while (!state.connection.client.connected) {
      try {
        await systemClock.sleep(backoff.nextMs(), signal);
        state.connection = await connect(options, url);
        backoff.reset();
        options.log.info("connected to the broker again", { url });
      } catch (error) {
        if (signal.aborted) return;
        options.log.warn("no connection to the broker", { url, reason: asError(error).message });
      }
    }
  }
}

async function connect(options: ExternalBrokerOptions, url: string): Promise<Connection> {
  let client: MqttClient | undefined;
  try {
    client = await connectAsync(
      options.url,
      {
        clientId: `outpost-fleet-${randomBytes(6).toString("hex")}`,
        protocolVersion: 4,
        clean: true,
        keepalive: KEEP_ALIVE_S,
        connectTimeout: CONNECT_WITHIN_MS,
        reconnectPeriod: 0,
        ...options.tls?.(),
      },
      false,
    );
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    client.on("close", resolve);
    client.on("error", (error) => options.log.warn("the connection to the broker failed", { reason: error.message }));
    const connected = client;
    // Every message under way listens for the end of the connection.
    client.setMaxListeners(0);
    const reply: Publish = async (topic, payload) => await publishWithin(connected, topic, payload);
    client.on("message", (topic, payload) => {
      if (parseUplinkTopic(topic) !== undefined) options.onUplink(topic, payload, reply);
    });
    await Promise.race([client.subscribeAsync(uplinkFilter(options.share), { qos: 1 }), failOnEnd(ended)]);
    return { client, ended };
  } catch (error) {
    await client?.endAsync(true);
    throw new BrokerError("broker/connect", `no connection to the broker at ${url}: ${asError(error).message}`, {
      cause: error,
    });
  }
}

async function failOnEnd(ended: Promise<void>): Promise<never> {
  await ended;
  throw new Error("the connection ended before the subscription was answered");
}

async function publishWithin(client: MqttClient, topic: string, payload: Buffer): Promise<void> {
  if (!client.connected) throw new BrokerError("broker/not-connected", "no connection to the broker");
  const timeout = Promise.withResolvers<never>();
  const fail = (): void => timeout.reject(new BrokerError("broker/not-connected", "the broker did not take a message"));
  const timer = setTimeout(fail, PUBLISH_WITHIN_MS);
  client.once("close", fail);
  try {
    await Promise.race([client.publishAsync(topic, payload, { qos: 1 }), timeout.promise]);
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    throw new BrokerError("broker/not-connected", asError(error).message, { cause: error });
  } finally {
    clearTimeout(timer);
    client.off("close", fail);
  }
}

function withoutSecrets(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    throw new BrokerError("broker/connect", "MQTT_URL is no address like mqtt://host:1883");
  }
}
