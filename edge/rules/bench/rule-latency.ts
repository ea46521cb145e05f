import assert from "node:assert";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { runBareClient } from "./bare-client.ts";
import { polledBenchSite } from "./bench-site.ts";
import { openCoreUnderTest } from "./core-under-test.ts";
import { comparedSides, runLatencyBench, type Side } from "./latency-bench.ts";
import type { PlcOrder, PlcReport } from "./plc-worker.ts";
import { measureProcess } from "./process-figures.ts";
import { round } from "./quantile.ts";

const MUST_P99_MS = 10;
const TARGET_RSS_MIB = 120;
const TARGET_START_MS = 3_000;
const ROUNDS = 4;

const USAGE = `Usage: node edge/rules/bench/rule-latency.ts [--json] [--samples N]

Measures from the moment the answer with an event leaves a Modbus device to the moment the actuator's write arrives
there: adapter, rules, action and line, with the journal's worker flooded with fsyncs. Beside it, round by round, a bare
socket that does the same and nothing else. Then what a whole gateway process costs. Exits with 1 where p99 is over
${MUST_P99_MS} ms or a write never came.

  --json       one line of JSON
  --samples N  events to measure on each side, at least 100 (default 400)
`;

/** The device, asked to measure. */
class Plc implements AsyncDisposable {
  readonly #worker = new Worker(new URL("plc-worker.ts", import.meta.url));

  async listening(): Promise<number> {
    const { port } = await this.#next("listening");
    assert(port !== undefined, "the device tells its port");
    return port;
  }

  async firstReadMs(): Promise<number> {
    return (await this.#next("first-read")).atMs ?? Number.NaN;
  }

  async measure(samples: number): Promise<Side> {
    const measured = this.#next("measured");
    this.#tell({ kind: "measure", samples });
    const { latenciesMs = [], missed = 0 } = await measured;
    return { latenciesMs: [...latenciesMs], missed };
  }

  /** The next start's first read is reported again. */
  forget(): void {
    this.#tell({ kind: "forget" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(order: PlcOrder): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(order);
  }

  async #next(kind: PlcReport["kind"]): Promise<PlcReport> {
    for (;;) {
      const [report]: PlcReport[] = await once(this.#worker, "message");
      if (report?.kind === kind) return report;
    }
  }
}

async function measure(samples: number) {
  const directory = await mkdtemp(join(tmpdir(), "outpost-rule-latency-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const plc = stack.use(new Plc());
  const port = await plc.listening();
  const { ours, bare, floodedRows } = await measureBothSides(join(directory, "core"), { plc, port, samples }, stack);
  const figures = await measureProcess(directory, port, async () => {
    plc.forget();
    return await plc.firstReadMs();
  });
  return {
    name: "rule-latency",
    floodedRows,
    ...comparedSides(ours, bare, MUST_P99_MS),
    memoryRssMiB: round(figures.memoryRssMiB),
    targetMemoryRssMiB: TARGET_RSS_MIB,
    startToFirstReadingMs: round(figures.startToFirstReadingMs),
    targetStartToFirstReadingMs: TARGET_START_MS,
  };
}

/** In rounds, both sides in each, under the same flood. */
async function measureBothSides(
  directory: string,
  { plc, port, samples }: { readonly plc: Plc; readonly port: number; readonly samples: number },
  stack: AsyncDisposableStack,
) {
  const core = await openCoreUnderTest(directory, stack);
  const ours: Side = { latenciesMs: [], missed: 0 };
  const bare: Side = { latenciesMs: [], missed: 0 };
  const done = new AbortController();
  const flooding = core.flood(done.signal);
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const perRound = Math.ceil(samples / ROUNDS);
    await measureSide(ours, plc.measure(perRound), (signal) => core.run(polledBenchSite(port), signal));
    await measureSide(bare, plc.measure(perRound), (signal) => runBareClient(port, signal));
  }
  done.abort();
  return { ours, bare, floodedRows: await flooding };
}

async function measureSide(side: Side, measured: Promise<Side>, run: (signal: AbortSignal) => Promise<void>) {
  const stop = new AbortController();
  const running = run(stop.signal);
  const { latenciesMs, missed } = await Promise.race([measured, running.then(() => measured)]);
  stop.abort();
  await running;
  side.latenciesMs.push(...latenciesMs);
  side.missed += missed;
}

await runLatencyBench({ name: "rule-latency", usage: USAGE, samples: 400, measure });
