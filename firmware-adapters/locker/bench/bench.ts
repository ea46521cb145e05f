import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { openLink } from "../../links/open-link.ts";
import { fakeDeps } from "../../testing/fake-deps.ts";
import { locker } from "../adapter.ts";
import { kerongCu16 } from "../codecs/kerong-cu16.ts";
import { lockerSettings } from "../settings.ts";
import type { BenchOrder, WallReport } from "./wall-reports.ts";

/**
 * Why this bound. A command may come in the very moment in which the poller has sent its question: then it waits for that
 * one answer, because two requests on one pair of wires destroy each other, and after it for the gap that the boards need
 * (`gapMs`). Nothing else may stand before it, however many polls are due. To that comes what the frame itself needs,
 * which is the bare socket's figure. Below 20 ms nobody at a door could tell a difference.
 */
const FLOOR_MS = 20;
const ROUNDS = 4;
const LOCKS = 16;
const PULSE_WITHIN_MS = 5_000;
/** The bare side pauses too: a thread that has just slept wakes up later than one that never rests. */
const BARE_PAUSE_MS = 100;

const USAGE = `Usage: node firmware-adapters/locker/bench/bench.ts [--json] [--commands N]

Measures from device.execute to the moment at which a simulated board on another thread has received the whole open
frame, over a serial-server link, at default settings and with the poller running, the commands at any phase of it.
Beside it, round by round, a bare socket that writes the same frame. Exits with 1 where p99 is over
max(${FLOOR_MS} ms, bare p99 + gap + one poll exchange) or a pulse never came.

  --json        one line of JSON
  --commands N  commands on each side, at least 300 (default 300)
`;

const settings = lockerSettings.parse({
  protocol: "kerong-cu16",
  board: 0,
  cabinet: "parcel",
  compartments: Array.from({ length: LOCKS }, (_, index) => ({ number: index + 1, id: `a${index + 1}` })),
});

/** The wall on its own thread. */
class WallThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL("wall-worker.ts", import.meta.url));

  async port(): Promise<number> {
    return (await this.#next("listening")).port;
  }

  /** When the open frame that is sent now arrives. */
  async pulsedAtMs(): Promise<number> {
    return (await this.#next("pulse")).atMs;
  }

  async close(lock: number): Promise<void> {
    const closed = this.#next("closed");
    const order: BenchOrder = { kind: "close", lock };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(order);
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  async #next<Kind extends WallReport["kind"]>(kind: Kind): Promise<Extract<WallReport, { readonly kind: Kind }>> {
    const signal = AbortSignal.timeout(PULSE_WITHIN_MS);
    for (;;) {
      const [report]: WallReport[] = await once(this.#worker, "message", { signal });
      if (report !== undefined && isOf(report, kind)) return report;
    }
  }
}

function isOf<Kind extends WallReport["kind"]>(
  report: WallReport,
  kind: Kind,
): report is Extract<WallReport, { readonly kind: Kind }> {
  return report.kind === kind;
}

interface Figures {
  readonly oursMs: number[];
  readonly bareMs: number[];
  readonly exchangeMs: number[];
  unconfirmed: number;
}

async function measure(commands: number) {
  await using wall = new WallThread();
  const port = await wall.port();
  const figures: Figures = { oursMs: [], bareMs: [], exchangeMs: [], unconfirmed: 0 };
  const perRound = Math.ceil(commands / ROUNDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    await measureOurs(wall, port, perRound, figures);
    await measureBare(wall, port, perRound, figures);
  }
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) => quantile(figures.oursMs, share));
  const [bareP50Ms, bareP99Ms] = [0.5, 0.99].map((share) => quantile(figures.bareMs, share));
  const pollExchangeP99Ms = quantile(figures.exchangeMs, 0.99);
  const boundMs = round3(Math.max(FLOOR_MS, (bareP99Ms ?? 0) + settings.gapMs + pollExchangeP99Ms));
  return {
    name: "locker",
    commands: figures.oursMs.length,
    p50Ms,
    p99Ms,
    maxMs,
    bareP50Ms,
    bareP99Ms,
    ratio: round3((p50Ms ?? Number.NaN) / (bareP50Ms ?? Number.NaN)),
    gapMs: settings.gapMs,
    pollIntervalMs: settings.pollIntervalMs,
    pollExchangeP99Ms,
    boundMs,
    unconfirmed: figures.unconfirmed,
    pass: p99Ms !== undefined && p99Ms <= boundMs && figures.unconfirmed === 0,
  };
}

async function measureOurs(wall: WallThread, port: number, commands: number, figures: Figures): Promise<void> {
  const address = { id: "bench", kind: "serial-server", host: "127.0.0.1", port, gapMs: 0 } as const;
  await using link = openLink(address, { clock: systemClock, log: silentLog });
  const online = Promise.withResolvers<void>();
  const deps = fakeDeps({
    link,
    onEvent: (event) => event.kind === "status" && event.state === "online" && online.resolve(),
  });
  const never = new AbortController().signal;
  await using device = await locker.configure("bench", settings).open(deps, never);
  await online.promise;
  for (let turn = 0; turn < commands; turn += 1) {
    const lock = (turn % LOCKS) + 1;
    // Any phase of the poller's round.
    await systemClock.sleep(Math.random() * settings.pollIntervalMs);
    const pulsed = wall.pulsedAtMs();
    const askedAtMs = systemClock.monotonicMs();
    const executed = device.execute({ kind: "write", pointId: `door${lock}.open`, value: 1, actor: "bench" }, never);
    figures.oursMs.push((await pulsed) - askedAtMs);
    if ((await executed).kind !== "done") figures.unconfirmed += 1;
    await wall.close(lock);
    await untilShown(() => deps.last(`door${lock}.open`)?.reading, 0);
  }
}

/** The same frames and nothing else: no poller, no gap, no look afterwards. */
async function measureBare(wall: WallThread, port: number, commands: number, figures: Figures): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  for (let turn = 0; turn < commands; turn += 1) {
    const lock = (turn % LOCKS) + 1;
    await systemClock.sleep(Math.random() * BARE_PAUSE_MS);
    figures.exchangeMs.push(await bareExchange(socket));
    await systemClock.sleep(Math.random() * BARE_PAUSE_MS);
    const pulsed = wall.pulsedAtMs();
    const askedAtMs = systemClock.monotonicMs();
    socket.write(kerongCu16.encode({ kind: "open", board: 0, lock }));
    figures.bareMs.push((await pulsed) - askedAtMs);
    await wall.close(lock);
    // The board is busy with its pulse for a moment, which is no part of an exchange.
    await bareExchange(socket);
  }
  socket.destroy();
}

/** @returns how long a status takes from the question to its answer. */
async function bareExchange(socket: Socket): Promise<number> {
  const askedAtMs = systemClock.monotonicMs();
  socket.write(kerongCu16.encode({ kind: "read-board", board: 0 }));
  await once(socket, "data");
  return systemClock.monotonicMs() - askedAtMs;
}

async function untilShown(
  look: () => { readonly quality: string; readonly value?: number } | undefined,
  value: number,
): Promise<void> {
  while (look()?.value !== value) await systemClock.sleep(5);
}

/** @param share  0 to 1; 1 is the largest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round3(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}

function round3(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, commands: { type: "string", default: "300" }, help: { type: "boolean" } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const commands = Number(values.commands);
  if (!Number.isInteger(commands) || commands < 300)
    throw new Error("--commands must be a whole number of at least 300");
  const result = await measure(commands);
  process.stdout.write(`${JSON.stringify(result, undefined, values.json === true ? undefined : 2)}\n`);
  return result.pass ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 2;
}
