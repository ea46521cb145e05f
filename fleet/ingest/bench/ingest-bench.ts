import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { monotonicMs, systemClock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";
import pg from "pg";

import { startProgram, type RunningProgram } from "../../demo/child-process.ts";
import { choosePlaces } from "../../store/embedded/places.ts";
import { serverUrl } from "../../store/embedded/server.ts";
import { copyAgain } from "./bare-copy.ts";

const MUST_REACH = 0.5;
const ROW_BYTES = 1_024;
const FILL_WITHIN_MS = 300_000;
const DRAIN_WITHIN_MS = 300_000;
const POLL_MS = 20;

interface Options {
  readonly rows: string;
  readonly gateways: string;
  readonly rounds: string;
}

const options = new Command("npm run bench -- ingest")
  .description(
    "Rows a second from filled gateway journals through broker and fleet to committed rows, against bare COPY.",
  )
  .option("--rows <n>", "rows of 1 KB in each round", "60000")
  .option("--gateways <n>", "gateways, each a process with its journal", "2")
  .option("--rounds <n>", "rounds; the medians count", "5")
  .option("--json", "one line of JSON at the end")
  .parse()
  .opts<Options>();

/** Rows a second. COPY's own format is what ours is held against; binary is shown beside it. */
interface Round {
  readonly ours: number;
  readonly text: number;
  readonly binary: number;
}

async function measure(directory: string): Promise<boolean> {
  const [rows, gateways, rounds] = [options.rows, options.gateways, options.rounds].map(Number);
  const state = join(directory, "fleet");
  await using fleet = await startProgram({
    name: "fleet",
    script: "fleet/main.ts",
    args: ["--state", state, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"],
    env: { OUTPOST_LOG_LEVEL: "error" },
  });
  const url = serverUrl(await choosePlaces(state), "outpost");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => await client.end());
  const done: Round[] = [];
  for (let round = 0; round < (rounds ?? 0); round += 1) {
    const ids = Array.from({ length: gateways ?? 0 }, (_, index) => `bench-${round}-${index}`);
    const ours = await drain(fleet, { client, directory, ids, rows: rows ?? 0 });
    done.push({ ours, text: await copyAgain(url, ids, "text"), binary: await copyAgain(url, ids, "binary") });
    process.stderr.write(`round ${round + 1}: ${JSON.stringify(done.at(-1))}\n`);
  }
  const ratio = median(done.map((round) => round.ours / round.text));
  const pass = ratio >= MUST_REACH;
  const result = {
    name: "ingest",
    rows,
    gateways,
    rounds,
    copyRowsPerSecond: Math.round(median(done.map((round) => round.text))),
    copyBinaryRowsPerSecond: Math.round(median(done.map((round) => round.binary))),
    oursRowsPerSecond: Math.round(median(done.map((round) => round.ours))),
    ratio: Number(ratio.toFixed(3)),
    ratioToBinary: Number(median(done.map((round) => round.ours / round.binary)).toFixed(3)),
    mustReach: MUST_REACH,
    pass,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

/** Fills the journals while there is no uplink, then lets all gateways go at once. @returns rows a second. */
async function drain(
  fleet: RunningProgram,
  work: {
    readonly client: pg.Client;
    readonly directory: string;
    readonly ids: readonly string[];
    readonly rows: number;
  },
): Promise<number> {
  const perGateway = Math.ceil(work.rows / work.ids.length);
  await using stack = new AsyncDisposableStack();
  const gateways = await Promise.all(
    work.ids.map(async (id) =>
      stack.use(await startGateway(fleet, { id, directory: work.directory, rows: perGateway })),
    ),
  );
  const total = perGateway * work.ids.length + (await countHeld(work.client));
  await work.client.query("checkpoint");
  const startMs = monotonicMs();
  for (const gateway of gateways) gateway.tell("go");
  while ((await countHeld(work.client)) < total) {
    if (monotonicMs() - startMs > DRAIN_WITHIN_MS) throw new Error("the gateways' rows did not all arrive");
    await systemClock.sleep(POLL_MS);
  }
  return ((perGateway * work.ids.length) / (monotonicMs() - startMs)) * 1_000;
}

async function startGateway(
  fleet: RunningProgram,
  gateway: { readonly id: string; readonly directory: string; readonly rows: number },
): Promise<RunningProgram> {
  return await startProgram(
    {
      name: gateway.id,
      script: "edge/sync/load/main.ts",
      args: [
        `--state=${join(gateway.directory, gateway.id)}`,
        `--url=${String(fleet.ready["mqtt"])}`,
        `--gateway=${gateway.id}`,
        `--fill=${gateway.rows}`,
        `--body-bytes=${ROW_BYTES}`,
      ],
    },
    FILL_WITHIN_MS,
  );
}

/** Rows the fleet holds of all gateways, as its database has committed them. */
async function countHeld(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ held: number }>(
    "select coalesce(sum(upper(one) - lower(one)), 0)::int as held from held, unnest(intervals) as one",
  );
  return rows[0]?.held ?? 0;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const directory = await mkdtemp(join(tmpdir(), "outpost-ingest-bench-"));
try {
  // The embedded database runs under an account of its own, which must get through.
  await chmod(directory, 0o755);
  process.exitCode = (await measure(directory)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`ingest: ${asError(error).message}\n`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
