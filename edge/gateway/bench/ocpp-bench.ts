import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import Database from "better-sqlite3";
import { Command } from "commander";

import { openCoreUnderTest, type CoreUnderTest } from "../../rules/bench/core-under-test.ts";
import { quantile, round } from "../../rules/bench/quantile.ts";
import { wholeNumber } from "../../testing/whole-number.ts";
import { runBareCentral } from "./bare-central.ts";
import { carPark } from "./car-park.ts";
import type { StationsOrder, StationsReport } from "./stations-worker.ts";

const MUST_RATIO = 0.5;
const MUST_LOOP_DELAY_MS = 10;
const FEW_STATIONS = 20;
const LOOP_RESOLUTION_MS = 1;

/** One turn, and what this thread spent on it: that says more than the rate where the machine has other work too. */
type Ran = Extract<StationsReport, { kind: "ran" }> & { readonly cpuMs: number };

const options = new Command("npm run bench -- ocpp")
  .description(
    `Messages a second of charge points on one gateway, its core and journal as they ship, against a bare ocpp-rpc server
that answers the same messages at once, in turns with it, the first of which is not counted. Each charge point runs transactions of a start, 20 meter
values, a stop and heartbeats, one message at a time. Then the core's loop with ${FEW_STATIONS} of them. Exits with 1
below ${MUST_RATIO} of the bare server, above ${MUST_LOOP_DELAY_MS} ms of loop delay (p99.9), or where a transaction that was answered is
not in the journal's file.`,
  )
  .option("--stations <n>", "charge points", wholeNumber, 200)
  .option("--rounds <n>", "turns of each side", wholeNumber, 3)
  .option("--mixes <n>", "transactions of each charge point in a turn", wholeNumber, 4)
  .option("--json", "one line of JSON at the end")
  .parse()
  .opts<{ stations: number; rounds: number; mixes: number; json?: true }>();

/** The charge points' thread, asked one thing at a time. */
class Stations implements AsyncDisposable {
  readonly #worker = new Worker(new URL("stations-worker.ts", import.meta.url));

  async tell(order: StationsOrder): Promise<StationsReport> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(order);
    const [report]: StationsReport[] = await once(this.#worker, "message");
    if (report === undefined) throw new Error("the charge points said nothing");
    return report;
  }

  async run(mixes: number): Promise<Ran> {
    const before = process.threadCpuUsage();
    const report = await this.tell({ kind: "run", mixes });
    if (report.kind !== "ran") throw new Error("the charge points did something else");
    const { user, system } = process.threadCpuUsage(before);
    return { ...report, cpuMs: (user + system) / 1_000 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

async function measure() {
  const directory = await mkdtemp(join(tmpdir(), "outpost-ocpp-bench-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const stations = stack.use(new Stations());
  const core = await openCoreUnderTest(join(directory, "many"), stack);
  const ours: Ran[] = [];
  const bare: Ran[] = [];
  for (let turn = 0; turn <= options.rounds; turn += 1) {
    const ran = await runOurs(core, stations, options.stations, () => stations.run(options.mixes));
    const ranBare = await runBare(stations, options.stations, () => stations.run(options.mixes));
    // The first turn warms both sides up: a gateway runs for months.
    if (turn === 0) continue;
    ours.push(ran);
    bare.push(ranBare);
  }
  const few = await openCoreUnderTest(join(directory, "few"), stack);
  const lookAtLoop = async (): Promise<number> => await loopDelayWhile(() => stations.run(options.mixes));
  const loopDelayMs = await runOurs(few, stations, FEW_STATIONS, lookAtLoop);
  const bareLoopDelayMs = await runBare(stations, FEW_STATIONS, lookAtLoop);
  const transactions = options.stations * options.mixes * (options.rounds + 1);
  const durable = durableTransactions(join(directory, "many", "journal", "journal.db"));
  const perSecond = rate(ours);
  const barePerSecond = rate(bare);
  const ratio = round(perSecond / barePerSecond);
  const isDurable = durable.started === transactions && durable.ended === transactions;
  const [errors, bareErrors] = [errorsOf(ours), errorsOf(bare)];
  return {
    name: "ocpp",
    stations: options.stations,
    perSecond: Math.round(perSecond),
    barePerSecond: Math.round(barePerSecond),
    ratio,
    mustRatio: MUST_RATIO,
    p50Ms: quantile(latencies(ours), 0.5),
    p99Ms: quantile(latencies(ours), 0.99),
    bareP50Ms: quantile(latencies(bare), 0.5),
    bareP99Ms: quantile(latencies(bare), 0.99),
    errors,
    bareErrors,
    transactions,
    durable,
    cpuUsPerMessage: cpuUs(ours),
    bareCpuUsPerMessage: cpuUs(bare),
    stationsBusy: round(Math.max(...ours.map(({ busy }) => busy))),
    stationsBusyBare: round(Math.max(...bare.map(({ busy }) => busy))),
    loopDelayP999Ms: loopDelayMs,
    bareLoopDelayP999Ms: bareLoopDelayMs,
    mustLoopDelayP999Ms: MUST_LOOP_DELAY_MS,
    pass: ratio >= MUST_RATIO && isDurable && errors + bareErrors === 0 && loopDelayMs <= MUST_LOOP_DELAY_MS,
  };
}

/** The core on a car park, its charge points set up, for as long as the work lasts. */
async function runOurs<T>(core: CoreUnderTest, stations: Stations, count: number, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const port = await freePort();
  const running = core.run(carPark(port, count), stop.signal);
  await Promise.race([untilListening(port), running]);
  await stations.tell({ kind: "connect", port, stations: count });
  const done = await work();
  await stations.tell({ kind: "hang-up" });
  stop.abort(new Error("the turn is over"));
  await running;
  return done;
}

async function runBare<T>(stations: Stations, count: number, work: () => Promise<T>): Promise<T> {
  await using central = await runBareCentral();
  await stations.tell({ kind: "connect", port: central.port, stations: count });
  const done = await work();
  await stations.tell({ kind: "hang-up" });
  return done;
}

/** How late this process's loop was, p99.9, beyond the look's own period. */
async function loopDelayWhile(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  histogram.enable();
  await work();
  histogram.disable();
  return round(Math.max(0, histogram.percentile(99.9) / 1e6 - LOOP_RESOLUTION_MS));
}

/** What is in the file of the journal, as a reader beside it sees it. */
function durableTransactions(file: string): { readonly started: number; readonly ended: number } {
  const database = new Database(file, { readonly: true });
  try {
    const count = database.prepare("SELECT COUNT(*) FROM record WHERE stream = 'occurrence' AND body LIKE ?").pluck();
    const of = (name: string): number => Number(count.get(`%"name":"${name}"%`));
    return { started: of("transaction-started"), ended: of("transaction-ended") };
  } finally {
    database.close();
  }
}

function rate(turns: readonly Ran[]): number {
  const calls = turns.reduce((sum, one) => sum + one.calls, 0);
  return calls / (turns.reduce((sum, one) => sum + one.tookMs, 0) / 1_000);
}

function errorsOf(turns: readonly Ran[]): number {
  return turns.reduce((sum, { errors }) => sum + errors, 0);
}

function cpuUs(turns: readonly Ran[]): number {
  const calls = turns.reduce((sum, one) => sum + one.calls, 0);
  return Math.round((turns.reduce((sum, { cpuMs }) => sum + cpuMs, 0) * 1_000) / calls);
}

function latencies(turns: readonly Ran[]): readonly number[] {
  return turns.flatMap(({ latenciesMs }) => [...latenciesMs]);
}

/** A handshake of nobody is refused as soon as somebody listens. */
async function untilListening(port: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
}

try {
  const result = await measure();
  process.stdout.write(`${JSON.stringify(result, undefined, options.json ? undefined : 2)}\n`);
  process.exitCode = result.pass ? 0 : 1;
} catch (error) {
  process.stderr.write(`ocpp: ${asError(error).stack ?? ""}\n`);
  process.exitCode = 1;
}
