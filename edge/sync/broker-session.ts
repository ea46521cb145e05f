import type { Duplex } from "node:stream";

import { asError } from "@outpost/kernel/thrown.ts";
import { connect, MqttClient, type IClientOptions } from "mqtt";

import { SyncError } from "./errors.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_S = 15;

/** A connection to the broker that is up. */
export interface BrokerSession extends AsyncDisposable {
  /** Hands a message to the connection. Resolves once the broker has it, which says nothing about the fleet. */
  publish(topic: string, payload: Buffer): Promise<void>;
  /** Rejects with SyncError `sync/lost` when the connection ends. */
  readonly lost: Promise<never>;
}

export interface BrokerSessionOptions {
  readonly url: string;
  readonly clientId: string;
  readonly subscribeTo: string;
  readonly lastWill: { readonly topic: string; readonly payload: Buffer };
  onMessage(topic: string, payload: Buffer): void;
  /** Opens the line for `mqtts://`: whose certificates are shown and believed is not our business. */
  openSocket(url: string, signal: AbortSignal): Promise<Duplex>;
}

/**
 * Connects and subscribes, once: no reconnecting inside, because the caller must greet anew on every connection.
 * MQTT 3.1.1, clean session: what was under way is sent again from the journal, never from a broker's queue.
 *
 * @throws SyncError `sync/connect`.
 */
export async function openBrokerSession(options: BrokerSessionOptions, signal: AbortSignal): Promise<BrokerSession> {
  signal.throwIfAborted();
  const client = await startClient(options, signal);
  const { promise: lost, reject: onLost } = Promise.withResolvers<never>();
  // Nobody may be listening when it ends, for instance while it is being closed.
  lost.catch(() => {});
  const onAbort = (): void => onLost(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  client.on("error", (error) => onLost(new SyncError("sync/lost", error.message, { cause: error })));
  client.on("close", () => onLost(new SyncError("sync/lost", "the connection to the broker was closed")));
  client.on("message", (topic, payload) => options.onMessage(topic, payload));
  try {
    const connected = new Promise<void>((resolve) => {
      client.once("connect", () => resolve());
    });
    await Promise.race([connected, lost]);
    await Promise.race([client.subscribeAsync(options.subscribeTo, { qos: 1 }), lost]);
  } catch (error) {
    client.end(true);
    signal.throwIfAborted();
    const where = `no session with the broker at ${withoutSecrets(options.url)}: ${asError(error).message}`;
    throw new SyncError("sync/connect", where, { cause: error });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  return {
    lost,
    async publish(topic, payload) {
      if (!client.connected) throw new SyncError("sync/lost", "not connected");
      await client.publishAsync(topic, payload, { qos: 1 });
    },
    async [Symbol.asyncDispose]() {
      await client.endAsync(true);
    },
  };
}

async function startClient(options: BrokerSessionOptions, signal: AbortSignal): Promise<MqttClient> {
  const settings: IClientOptions = {
    clientId: options.clientId,
    protocolVersion: 4,
    clean: true,
    keepalive: KEEP_ALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 0,
    will: { topic: options.lastWill.topic, payload: options.lastWill.payload, qos: 1, retain: false },
  };
  if (!options.url.startsWith("mqtts:")) return connect(options.url, settings);
  try {
    const socket = await options.openSocket(options.url, signal);
    return new MqttClient(() => socket, settings);
  } catch (error) {
    signal.throwIfAborted();
    const where = `no session with the broker at ${withoutSecrets(options.url)}: ${asError(error).message}`;
    throw new SyncError("sync/connect", where, { cause: error });
  }
}

function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
