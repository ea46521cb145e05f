import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { MAX_BATCH_BYTES } from "@outpost/wire/batch.ts";
import { parseUplinkTopic, uplinkFilter } from "@outpost/wire/topics.ts";
import { Aedes } from "aedes";

import { isGatewayId, mayPublish, maySubscribe } from "./access.ts";
import type { FleetBus, OnUplink, Publish } from "./bus.ts";
import { BrokerError } from "./errors.ts";
import { guardPackets } from "./packet-guard.ts";

/** The largest packet: a batch, its topic and the header. */
export const MAX_PACKET_BYTES = MAX_BATCH_BYTES + 1_024;
const CONNECT_WITHIN_MS = 10_000;
/** A client that does not read is let go after so long. */
const DRAIN_WITHIN_MS = 20_000;
const TCP_KEEP_ALIVE_MS = 30_000;

export interface EmbeddedBrokerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Further connections are refused. */
  readonly maxConnections: number;
  readonly log: Log;
  readonly onUplink: OnUplink;
}

/**
 * Opens a broker inside this process (MQTT 3.1.1). Messages come straight to `onUplink`. A client may speak and listen
 * on its own gateway's topics only, leaves no session and no retained message behind, and can never end the process.
 *
 * @throws BrokerError `broker/listen`.
 */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<FleetBus> {
  await using stack = new AsyncDisposableStack();
  const broker = await createBroker(options);
  stack.defer(async () => await closeBroker(broker));
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
    (socket) => {
      broker.handle(guardPackets(socket, MAX_PACKET_BYTES));
    },
  );
  server.maxConnections = options.maxConnections;
  server.on("drop", () => options.log.warn("a connection was refused: too many", { max: options.maxConnections }));
  const port = await listen(server, options);
  server.on("error", (error) => options.log.error("the broker's listener failed", { reason: error.message }));
  stack.move();
  return {
    url: `mqtt://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    get isConnected() {
      return !broker.closed;
    },
    publish: publishThrough(broker),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      await closeBroker(broker);
      await closed;
    },
  };
}

async function closeBroker(broker: Aedes): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  broker.close(() => resolve());
  await closed;
}

function publishThrough(broker: Aedes): Publish {
  return async (topic, payload) => {
    if (broker.closed) throw new BrokerError("broker/not-connected", "the broker is closed");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    broker.publish({ cmd: "publish", topic, payload, qos: 1, retain: false, dup: false }, (error) => {
      if (error) reject(new BrokerError("broker/not-connected", error.message, { cause: error }));
      else resolve();
    });
    await promise;
  };
}

async function createBroker({ log, onUplink }: EmbeddedBrokerOptions): Promise<Aedes> {
  const broker = await Aedes.createBroker({
    // No shared limit: a gateway that does not read would hold the others up.
    concurrency: 0,
    connectTimeout: CONNECT_WITHIN_MS,
    drainTimeout: DRAIN_WITHIN_MS,
    preConnect: (_client, packet, done) => {
      const isWelcome = packet.clean === true && isGatewayId(packet.clientId);
      done(isWelcome ? null : new Error("only gateways with a clean session"), isWelcome);
    },
    authorizePublish: (client, packet, done) => {
      const isAllowed = client === null || (mayPublish(client.id, packet.topic) && !packet.retain);
      done(isAllowed ? null : new Error(`may not publish to ${packet.topic.slice(0, 200)}`));
    },
    authorizeSubscribe: (client, subscription, done) => {
      done(null, maySubscribe(client.id, subscription.topic) ? subscription : null);
    },
  });
  broker.on("clientError", (client, error) =>
    log.info("a client was let go", { client: client.id, reason: error.message }),
  );
  broker.on("connectionError", (_client, error) => log.info("a connection was refused", { reason: error.message }));
  const reply = publishThrough(broker);
  const { promise: subscribed, resolve } = Promise.withResolvers<void>();
  broker.subscribe(
    uplinkFilter(),
    (packet, done) => {
      if (parseUplinkTopic(packet.topic) !== undefined) onUplink(packet.topic, asBuffer(packet.payload), reply);
      done();
    },
    resolve,
  );
  await subscribed;
  return broker;
}

function asBuffer(payload: Buffer | string): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

async function listen(server: Server, { host, port }: EmbeddedBrokerOptions): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new BrokerError("broker/listen", `cannot listen on ${host}:${port}: ${asError(error).message}`, {
      cause: error,
    });
  }
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  return address.port;
}
