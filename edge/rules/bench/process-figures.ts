import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { startGateway } from "../../testing/gateway-process.ts";
import { polledBenchSite } from "./bench-site.ts";

const SETTLE_MS = 10_000;
const READY_TIMEOUT_MS = 60_000;

/** What a whole gateway process costs: `edge/main.ts` with the measurement's site. */
export interface ProcessFigures {
  /** From the start of the process to the device's first answer. */
  readonly startToFirstReadingMs: number;
  readonly memoryRssMiB: number;
}

/** How the service unit starts the gateway (see the README): compiled code kept, a small young generation. */
export const SERVICE_NODE_FLAGS = ["--max-semi-space-size=1"];

/**
 * Starts the gateway as its service unit does, twice: the first start fills the code cache, as an installation does.
 *
 * @param firstReadMs  resolves with the machine time of the next first read the device answers.
 */
export async function measureProcess(
  directory: string,
  port: number,
  firstReadMs: () => Promise<number>,
): Promise<ProcessFigures> {
  const siteFile = join(directory, "process-site.yaml");
  await writeFile(siteFile, polledBenchSite(port));
  const env = { NODE_COMPILE_CACHE: join(directory, "code-cache"), MALLOC_ARENA_MAX: "2", OUTPOST_LOG_LEVEL: "warn" };
  const options = { env, nodeFlags: SERVICE_NODE_FLAGS };
  {
    await using first = await startGateway(siteFile, join(directory, "gateway"), options);
    await fetch(`${first.statusPage}/metrics`);
  }
  const firstRead = firstReadMs();
  const startedMs = Number(process.hrtime.bigint()) / 1e6;
  await using gateway = await startGateway(siteFile, join(directory, "gateway"), options);
  const readMs = await Promise.race([firstRead, delay(READY_TIMEOUT_MS, Number.NaN, { ref: false })]);
  await delay(SETTLE_MS);
  const metrics = await (await fetch(`${gateway.statusPage}/metrics`)).text();
  const rss = z.coerce.number().parse(/^outpost_memory_rss_bytes (\S+)$/m.exec(metrics)?.[1]);
  return { startToFirstReadingMs: readMs - startedMs, memoryRssMiB: rss / 1024 / 1024 };
}
