import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const LISTEN_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 20;

/** Debian's broker as a process of its own, to be ended and started again on the same port. */
export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  start(): Promise<void>;
  /** By SIGTERM, as an operator would. */
  stop(): Promise<void>;
  /** By SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Has it read its files again. */
  reload(): void;
}

/**
 * A real mosquitto on this port of loopback, up and listening.
 *
 * @param given  its configuration, which says the same port; without one it lets everybody in.
 * @throws Error where it does not listen within 20 s.
 */
export async function startMosquitto(port: number, given?: string): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "outpost-mosquitto-"));
  const configuration = given ?? join(folder, "mosquitto.conf");
  if (given === undefined) {
    await writeFile(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  }
  let running = await start(configuration, port);
  return {
    port,
    async start() {
      running = await start(configuration, port);
    },
    stop: () => end(running, "SIGTERM"),
    kill: () => end(running, "SIGKILL"),
    reload: () => {
      running.kill("SIGHUP");
    },
    async [Symbol.asyncDispose]() {
      await end(running, "SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(configuration: string, port: number): Promise<ChildProcess> {
  const broker = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
  // Where the program is missing there is no exit, only this; nobody listens then, which is said below.
  broker.on("error", () => {});
  const endMs = performance.now() + LISTEN_WITHIN_MS;
  while (performance.now() < endMs && broker.exitCode === null) {
    if (await isListening(port)) return broker;
    await delay(LOOK_EVERY_MS);
  }
  broker.kill("SIGKILL");
  throw new Error(`mosquitto does not listen on port ${port}`);
}

async function end(broker: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const ended = once(broker, "exit");
  broker.kill(signal);
  await ended;
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
