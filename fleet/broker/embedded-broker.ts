import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { MAX_BATCH_BYTES } from "@outpost/wire/batch.ts";
import { parseUplinkTopic, uplinkFilter } from "@outpost/wire/topics.ts";
import { Aedes, type Client } from "aedes";

import { isGatewayId, mayPublish, maySubscribe } from "./access.ts";
import type { FleetBus, OnUplink, Publish } from "./bus.ts";
import { BrokerError } from "./errors.ts";
import { guardPackets } from "./packet-guard.ts";
import { createSecuredServer, type SecuredDoor } from "./secured-door.ts";

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
  /** A second listener, for gateways with certificates; without it there is only the plain one. */
  readonly secured?: SecuredDoor | undefined;
}

/** Gateways that came in with a certificate. */
type Peers = Map<unknown, { readonly certificate: Uint8Array; client?: Client }>;

/**
 * Opens a broker inside this process (MQTT 3.1.1). Messages come straight to `onUplink`. A client may speak and listen
 * on its own gateway's topics only, leaves no session and no retained message behind, and can never end the process.
 *
 * @throws BrokerError `broker/listen`.
 */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<FleetBus> {
  await using stack = new AsyncDisposableStack();
  const { secured } = options;
  const peers: Peers = new Map();
  const broker = await createBroker(options, peers);
  stack.defer(async () => await closeBroker(broker));
  const plain = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS }, (socket) => {
    broker.handle(guardPackets(socket, MAX_PACKET_BYTES));
  });
  const port = await openListener(plain, options, options);
  stack.defer(async () => await closeListener(plain));
  const door =
    secured &&
    createSecuredServer(secured, options.log, (socket, certificate) => {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      const stream = guardPackets(socket, MAX_PACKET_BYTES);
      peers.set(stream, { certificate });
      stream.once("close", () => peers.delete(stream));
      broker.handle(stream);
    });
  const securedPort = secured && door ? await openListener(door, secured, options) : 0;
  stack.move();
  return {
    url: urlOf("mqtt", options.host, port),
    securedUrl: secured && urlOf("mqtts", secured.host, securedPort),
    get isConnected() {
      return !broker.closed;
    },
    publish: publishThrough(broker),
    letGoRevoked: async (gatewayIds) => {
      if (secured !== undefined) await letGoRevoked(peers, secured, gatewayIds);
    },
    async [Symbol.asyncDispose]() {
      const closed = [plain, ...(door === undefined ? [] : [door])].map(closeListener);
      await closeBroker(broker);
      await Promise.all(closed);
    },
  };
}

function urlOf(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Looks again at the certificates of those gateways that are connected, and lets go whom it would not let in. */
async function letGoRevoked(peers: Peers, door: SecuredDoor, gatewayIds: readonly string[] | "all"): Promise<void> {
  for (const { client, certificate } of peers.values()) {
    if (client === undefined || (gatewayIds !== "all" && !gatewayIds.includes(client.id))) continue;
    const admitted = await door.admit(certificate);
    if (admitted.kind === "refused") client.close();
  }
}

async function openListener(
  server: Server,
  address: { readonly host: string; readonly port: number },
  { maxConnections, log }: EmbeddedBrokerOptions,
): Promise<number> {
  server.maxConnections = maxConnections;
  server.on("drop", () => log.warn("a connection was refused: too many", { max: maxConnections }));
  const port = await listen(server, address);
  server.on("error", (error) => log.error("the broker's listener failed", { reason: error.message }));
  return port;
}

async function closeListener(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
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

async function createBroker({ log, onUplink, secured }: EmbeddedBrokerOptions, peers: Peers): Promise<Aedes> {
  const broker = await Aedes.createBroker({
    // No shared limit: a gateway that does not read would hold the others up.
    concurrency: 0,
    connectTimeout: CONNECT_WITHIN_MS,
    drainTimeout: DRAIN_WITHIN_MS,
    preConnect: (client, packet, done) => {
      const isWelcome = packet.clean === true && isGatewayId(packet.clientId);
      if (!isWelcome) {
        done(new Error("only gateways with a clean session"), false);
        return;
      }
      const peer = peers.get(client.conn);
      if (peer === undefined || secured === undefined) {
        done(null, true);
        return;
      }
      peer.client = client;
      conclude(checkPeer(secured, peer.certificate, packet.clientId), done).catch((error: unknown) => {
        setImmediate(() => {
          throw error;
        });
      });
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

/** A gateway's client id is the name in its certificate, and nothing else. */
async function checkPeer(door: SecuredDoor, certificate: Uint8Array, clientId: string): Promise<Error | undefined> {
  const admitted = await door.admit(certificate);
  if (admitted.kind === "refused") return new Error(`${clientId}: ${admitted.reason}`);
  return admitted.gatewayId === clientId ? undefined : new Error(`${admitted.gatewayId} calls itself ${clientId}`);
}

async function conclude(
  judging: Promise<Error | undefined>,
  done: (error: Error | null, isWelcome: boolean) => void,
): Promise<void> {
  const refusal = await judging.catch(asError);
  done(refusal ?? null, refusal === undefined);
}

function asBuffer(payload: Buffer | string): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
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
