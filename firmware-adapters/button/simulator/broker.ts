import { once } from "node:events";
import { createServer } from "node:net";

import type { Log } from "@outpost/kernel/log.ts";
import { Aedes } from "aedes";

import { listenOn, type Endpoint } from "../../simulation/listen.ts";

/** The site's broker, inside the simulator. */
export interface SimulatedBroker extends AsyncDisposable {
  readonly port: number;
  readonly clients: number;
  /** Says something as Zigbee2MQTT or ChirpStack does: QoS 1. */
  say(topic: string, payload: string | Buffer, isRetained?: boolean): Promise<void>;
  /** Calls `listener` with what others say on this topic. */
  hear(topic: string, listener: (payload: Buffer) => void): void;
  /** Calls `listener` with what somebody has acknowledged (PUBACK) of what was said on this topic. */
  hearAcknowledged(topic: string, listener: (payload: Buffer) => void): void;
}

/** Starts it. @throws SimulatorError `simulator/cannot-listen`. */
export async function startBroker(endpoint: Endpoint, log: Log): Promise<SimulatedBroker> {
  const aedes = await Aedes.createBroker();
  const listeners = new Map<string, (payload: Buffer) => void>();
  aedes.on("publish", ({ topic, payload }, client) => {
    if (client !== null) listeners.get(topic)?.(Buffer.from(payload));
  });
  const onAcknowledged = new Map<string, (payload: Buffer) => void>();
  // Absent where the broker did not know the message any more.
  aedes.on("ack", (packet) => {
    if (packet?.cmd === "publish") onAcknowledged.get(packet.topic)?.(Buffer.from(packet.payload));
  });
  const server = createServer((socket) => aedes.handle(socket));
  const port = await listenOn(server, endpoint, log);
  return {
    port,
    get clients() {
      return aedes.connectedClients;
    },
    async say(topic, payload, isRetained = false) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const done = (error?: Error): void => (error == null ? resolve() : reject(error));
      aedes.publish({ cmd: "publish", topic, payload, qos: 1, retain: isRetained, dup: false }, done);
      await promise;
    },
    hear(topic, listener) {
      listeners.set(topic, listener);
    },
    hearAcknowledged(topic, listener) {
      onAcknowledged.set(topic, listener);
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
      await closed;
    },
  };
}
