import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "./until.ts";

/** A TCP port of this machine that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("a TCP server without an address");
  return address.port;
}

/** A real mosquitto on this port, up and listening; stopped when disposed. */
export async function startMosquitto(port: number): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "outpost-mosquitto-"));
  const config = join(folder, "mosquitto.conf");
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const broker = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
  const ended = once(broker, "exit");
  await until(async () => (await isListening(port)) || undefined, "mosquitto listened");
  return {
    async [Symbol.asyncDispose]() {
      broker.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const result = await promise;
  socket.destroy();
  return result;
}
