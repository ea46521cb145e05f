import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { Aedes } from "aedes";
import { connectAsync, type MqttClient } from "mqtt";

/** A real broker behind a cable that can be cut. */
export interface TestBroker extends AsyncDisposable {
  /** Through the cable. */
  readonly url: string;
  /** How many connections go through the cable now. */
  readonly connections: number;
  /** Breaks every connection through the cable; new ones are accepted at once. */
  dropConnections(): void;
  /** Nobody gets through … */
  cut(): Promise<void>;
  /** … until now. */
  mend(): Promise<void>;
  /** Says something as a device would, past the cable. QoS 1, not retained, unless asked otherwise. */
  say(
    topic: string,
    payload: string | Buffer,
    options?: { readonly qos?: 0 | 1; readonly retain?: boolean },
  ): Promise<void>;
  /** Everything said on the broker by anybody, from now on. */
  listen(filter: string): Promise<readonly { readonly topic: string; readonly payload: string }[]>;
}

const LISTEN_WITHIN_TRIES = 400;

/** The broker that our simulators carry inside. */
export async function startAedes(): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => aedes.handle(socket));
  const port = await listenOnLoopback(server);
  return await behindCable(port, async () => {
    const ended = once(server, "close");
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    server.close();
    await ended;
  });
}

/** Debian's mosquitto. Needs the peer MOSQUITTO. */
export async function startMosquitto(): Promise<TestBroker> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "outpost-mosquitto-"));
  const configuration = join(folder, "mosquitto.conf");
  await writeFile(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const broker = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
  await untilListening(broker, port);
  return await behindCable(port, async () => {
    const ended = once(broker, "exit");
    broker.kill("SIGTERM");
    if (broker.exitCode === null && broker.signalCode === null) await ended;
    await rm(folder, { recursive: true, force: true });
  });
}

async function behindCable(brokerPort: number, stop: () => Promise<void>): Promise<TestBroker> {
  const sockets = new Set<Socket>();
  const makeCable = (): Server =>
    createServer((near) => {
      const far = connect(brokerPort, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  let cable = makeCable();
  const port = await listenOnLoopback(cable);
  const talker = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`);
  const clients: MqttClient[] = [talker];
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = async (): Promise<void> => {
    if (!cable.listening) return;
    const closed = once(cable, "close");
    cable.close();
    dropConnections();
    await closed;
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    get connections() {
      return sockets.size / 2;
    },
    dropConnections,
    cut,
    async mend() {
      cable = makeCable();
      await listenOnLoopback(cable, port);
    },
    async say(topic, payload, { qos = 1, retain = false } = {}) {
      await talker.publishAsync(topic, payload, { qos, retain });
    },
    async listen(filter) {
      const heard: { topic: string; payload: string }[] = [];
      const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`);
      clients.push(client);
      client.on("message", (topic, payload) => heard.push({ topic, payload: payload.toString() }));
      await client.subscribeAsync(filter, { qos: 1 });
      return heard;
    },
    async [Symbol.asyncDispose]() {
      await cut();
      for (const client of clients) await client.endAsync(true);
      await stop();
    },
  };
}

async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilListening(broker: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < LISTEN_WITHIN_TRIES; tries += 1) {
    if (broker.exitCode !== null) break;
    if (await isListening(port)) return;
    await systemClock.sleep(20);
  }
  broker.kill("SIGKILL");
  throw new Error(`mosquitto does not listen on port ${port}`);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
