import { rm } from "node:fs/promises";

import { systemClock } from "@outpost/kernel/clock.ts";
import { createLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";

import { order, type Configuration } from "./ipc/core-messages.ts";
import { SESSION_LIMITS } from "./ipc/framing.ts";
import { receiveFramed, sendFramed } from "./ipc/message-pipe.ts";
import { VisionWork } from "./vision-work.ts";

// The vision process: orders come on standard input, reports go to standard output. It ends when its input does.
const log = createLog("vision", process.env["OUTPOST_LOG_LEVEL"] ?? "info");
// Nobody reads any more: the core is gone.
process.stdout.on("error", () => process.exit(1));
const stop = new AbortController();
const started = Promise.withResolvers<VisionWork>();
// Nobody waits for it where the input ends before the first order.
started.promise.catch(() => undefined);
let running: Promise<void> = Promise.resolve();

function report(one: object): void {
  sendFramed(process.stdout, one);
}

async function start(configuration: Configuration): Promise<void> {
  const algorithms = readAlgorithms();
  const work = await VisionWork.prepare({ clock: systemClock, log, algorithms, report }, configuration);
  started.resolve(work);
  await work.run(stop.signal);
  await rm(configuration.socketPath, { force: true });
}

function die(error: unknown): void {
  log.error("vision ends", { reason: asError(error).message });
  process.exit(1);
}

await receiveFramed(process.stdin, { ...SESSION_LIMITS, maxBodyBytes: 0 }, ({ header }) => {
  const given = order.parse(header);
  if (given.kind === "configure") {
    running = start(given);
    running.catch(die);
    return;
  }
  started.promise.then(async (work) => await work.obey(given)).catch(die);
}).catch(die);
stop.abort(new Error("the core is gone, or wants no more"));
await running.catch(die);
process.exit();
