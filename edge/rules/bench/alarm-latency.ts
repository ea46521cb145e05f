import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Board } from "@outpost/firmware-adapters/button/simulator/board.ts";
import { sleep } from "@outpost/kernel/clock.ts";
import { missingPeer, MOSQUITTO } from "@outpost/kernel/testing/peers.ts";

import { startGateway } from "../../testing/gateway-process.ts";
import { buttonSite, LABEL, LINE, press, runBare, Siren } from "./button-and-siren.ts";
import { burnCpus, flappingBroker, stallJournal } from "./disturbances.ts";
import { comparedSides, runLatencyBench, type Side } from "./latency-bench.ts";
import { SERVICE_NODE_FLAGS } from "./process-figures.ts";

const MUST_IDLE_MS = 20;
const MUST_DISTURBED_MS = 100;
/** The bare side is there to compare with: fewer of its presses will do. */
const BARE_SHARE = 0.25;
const SETTLE_MS = 1_000;

const USAGE = `Usage: node edge/rules/bench/alarm-latency.ts [--json] [--samples N]

Measures from the edge of an emergency button's contact, as gpiomon prints it, to the moment the siren's write arrives at
its Modbus device, through a whole gateway process started as its service unit starts it:

  idle      the machine otherwise idle                                              p99 at most ${MUST_IDLE_MS} ms
  cpu       every core burnt by processes as nice as vision (10) and flows (19)     p99 at most ${MUST_DISTURBED_MS} ms
  disk      the journal's writes stall                                              p99 at most ${MUST_DISTURBED_MS} ms
  broker    the uplink's broker comes and goes, and no fleet is behind it           p99 at most ${MUST_DISTURBED_MS} ms

Beside it, in each, a bare process that reads gpiomon's lines and writes the coil. There is no GPIO chip here: gpiomon is
a stand-in that prints the same lines. Exits with 1 where a bound was missed or a write never came.

  --json       one line of JSON
  --samples N  presses to measure in each, at least 100 (default 300)
`;

type Condition = "idle" | "cpu" | "disk" | "broker";
const CONDITIONS: readonly Condition[] = ["idle", "cpu", "disk", "broker"];

interface Bench {
  readonly directory: string;
  readonly board: Board;
  readonly siren: Siren;
  readonly port: number;
  readonly samples: number;
}

async function measure(samples: number) {
  const missing = missingPeer(MOSQUITTO);
  if (missing !== undefined) throw new Error(missing);
  const directory = await mkdtemp(join(tmpdir(), "outpost-alarm-latency-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const siren = stack.use(new Siren());
  const port = await siren.listening();
  const folder = join(directory, "board");
  const board = stack.use(await Board.make({ folder, version: "1.6.3", label: LABEL, levels: { [LINE]: 1 } }));
  const figures: Partial<Record<Condition, ReturnType<typeof comparedSides>>> = {};
  for (const condition of CONDITIONS) {
    const bench = { directory: join(directory, condition), board, siren, port, samples };
    figures[condition] = await measureUnder(condition, bench);
    process.stderr.write(`${condition}: ${JSON.stringify(figures[condition])}\n`);
  }
  return { name: "alarm-latency", ...figures, pass: Object.values(figures).every(({ pass }) => pass) };
}

async function measureUnder(condition: Condition, bench: Bench) {
  const { board, port, samples } = bench;
  await mkdir(bench.directory, { recursive: true });
  const ours: Side = { latenciesMs: [], missed: 0 };
  const bare: Side = { latenciesMs: [], missed: 0 };
  await using disturbed = new AsyncDisposableStack();
  const broker = condition === "broker" ? disturbed.use(await flappingBroker()) : undefined;
  if (condition === "cpu") disturbed.use(burnCpus());
  {
    const siteFile = join(bench.directory, "site.yaml");
    const state = join(bench.directory, "state");
    await writeFile(siteFile, buttonSite(port, board.gpiomonPath, broker?.url));
    const env = { NODE_COMPILE_CACHE: join(bench.directory, "..", "code-cache"), OUTPOST_LOG_LEVEL: "error" };
    await using whole = new AsyncDisposableStack();
    whole.use(await startGateway(siteFile, state, { env, nodeFlags: SERVICE_NODE_FLAGS }));
    // After the start: what is measured is an alarm, not how a gateway finds its journal taken.
    await untilWatching(bench);
    if (condition === "disk") whole.use(stallJournal(state));
    await press(ours, samples, bench);
  }
  const stop = new AbortController();
  const running = runBare(port, board.gpiomonPath, stop.signal);
  await untilWatching(bench);
  await press(bare, Math.ceil(samples * BARE_SHARE), bench);
  stop.abort();
  await running;
  return comparedSides(ours, bare, condition === "idle" ? MUST_IDLE_MS : MUST_DISTURBED_MS);
}

/** gpiomon must watch before anybody presses, and the first press finds its way without being counted. */
async function untilWatching(bench: Bench): Promise<void> {
  while (bench.board.running("gpiomon") === undefined) await sleep(20);
  await sleep(SETTLE_MS);
  const uncounted: Side = { latenciesMs: [], missed: 0 };
  do {
    await press(uncounted, 1, bench);
  } while (uncounted.latenciesMs.length === 0 && uncounted.missed < 10);
}

await runLatencyBench({ name: "alarm-latency", usage: USAGE, samples: 300, measure });
