import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { sleep } from "@outpost/kernel/clock.ts";
import { freePorts } from "@outpost/kernel/free-ports.ts";

/** As the children of the core will run: vision at 10, flows at 19. */
const NICE_LEVELS = [10, 19];
const BURN = "for (;;) Math.sqrt(Math.random());";
const UP_MS = 400;
const DOWN_MS = 300;

/** Keeps every core busy with processes as nice as vision and flows, and one more of each kind in turn. */
export function burnCpus(): AsyncDisposable {
  const burners = Array.from({ length: Math.max(2, availableParallelism()) }, (_, core) =>
    spawn("nice", ["-n", String(NICE_LEVELS[core % 2]), process.execPath, "-e", BURN], { stdio: "ignore" }),
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const burner of burners) {
        const ended = once(burner, "close");
        burner.kill("SIGKILL");
        await ended;
      }
    },
  };
}

/** Takes the lock of a gateway's journal: every write of its worker waits, and then fails, as on a disk that stalls. */
export function stallJournal(stateDirectory: string): AsyncDisposable {
  const database = new DatabaseSync(join(stateDirectory, "journal", "journal.db"), { timeout: 10_000 });
  database.exec("begin immediate");
  return {
    async [Symbol.asyncDispose]() {
      database.exec("rollback");
      database.close();
      await Promise.resolve();
    },
  };
}

/** A broker that comes and goes for as long as it is held. Needs mosquitto. */
export async function flappingBroker(): Promise<AsyncDisposable & { readonly url: string }> {
  const [port = 0] = await freePorts(1);
  const stop = new AbortController();
  const flapping = flap(port, stop.signal);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await flapping;
    },
  };
}

async function flap(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const broker = spawn("mosquitto", ["-p", String(port)], { stdio: "ignore" });
    const ended = Promise.race([once(broker, "close"), once(broker, "error")]);
    await sleep(UP_MS, signal).catch(() => {});
    broker.kill("SIGKILL");
    await ended;
    await sleep(DOWN_MS, signal).catch(() => {});
  }
}
