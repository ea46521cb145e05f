import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Debian's broker as a process of its own, to be killed and started again. */
export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** @throws Error where it does not listen within ten seconds. */
export async function startMosquitto(directory: string, port: number): Promise<Mosquitto> {
  const configuration = join(directory, "mosquitto.conf");
  await writeFile(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const start = async () => {
    const child = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
    child.on("error", () => {});
    for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
      if (await isListening(port)) return child;
      await delay(100);
    }
    child.kill("SIGKILL");
    throw new Error(`mosquitto does not listen on port ${port}`);
  };
  let running = await start();
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "close");
  };
  return {
    port,
    kill,
    async start() {
      running = await start();
    },
    [Symbol.asyncDispose]: kill,
  };
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
