import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Board } from "@outpost/firmware-adapters/button/simulator/board.ts";
import { sleep } from "@outpost/kernel/clock.ts";

import { buttonSite, LABEL, LINE, press, runBare, Siren } from "./button-and-siren.ts";
import { openCoreUnderTest } from "./core-under-test.ts";
import { comparedSides, runLatencyBench, type Side } from "./latency-bench.ts";

const MUST_P99_MS = 20;
const ROUNDS = 4;

const USAGE = `Usage: node edge/rules/bench/button-latency.ts [--json] [--samples N]

Measures from the edge of an emergency button's contact, as gpiomon prints it, to the moment the siren's write arrives at
its Modbus device: pipe, adapter, rule, action and line, the site otherwise idle. Beside it, round by round, a bare
process that reads gpiomon's lines and writes the coil. There is no GPIO chip here: gpiomon is a stand-in that prints the
same lines. Exits with 1 where p99 is over ${MUST_P99_MS} ms or a write never came.

  --json       one line of JSON
  --samples N  presses to measure on each side, at least 100 (default 200)
`;

async function measure(samples: number) {
  const directory = await mkdtemp(join(tmpdir(), "outpost-button-latency-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const siren = stack.use(new Siren());
  const port = await siren.listening();
  const board = stack.use(
    await Board.make({ folder: join(directory, "board"), version: "1.6.3", label: LABEL, levels: { [LINE]: 1 } }),
  );
  const core = await openCoreUnderTest(join(directory, "core"), stack);
  const ours: Side = { latenciesMs: [], missed: 0 };
  const bare: Side = { latenciesMs: [], missed: 0 };
  const perRound = Math.ceil(samples / ROUNDS);
  const run = async (side: Side, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const stop = new AbortController();
    const running = work(stop.signal);
    // gpiomon must watch before anybody presses.
    while (board.running("gpiomon") === undefined) await Promise.race([sleep(20), running]);
    await sleep(500);
    await press(side, perRound, { board, siren });
    stop.abort();
    await running;
  };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    await run(ours, (signal) => core.run(buttonSite(port, board.gpiomonPath), signal));
    await run(bare, (signal) => runBare(port, board.gpiomonPath, signal));
  }
  return { name: "button", ...comparedSides(ours, bare, MUST_P99_MS) };
}

await runLatencyBench({ name: "button", usage: USAGE, samples: 200, measure });
