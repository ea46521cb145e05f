import { parseArgs } from "node:util";

import { asError } from "@outpost/kernel/thrown.ts";

import { quantile } from "./quantile.ts";

/** What was measured of one side, ours or the bare alternative. */
export interface Side {
  readonly latenciesMs: number[];
  /** Writes that never came. */
  missed: number;
}

export interface LatencyBench {
  readonly name: string;
  readonly usage: string;
  /** Unless `--samples` says otherwise. */
  readonly samples: number;
  readonly measure: (samples: number) => Promise<{ readonly pass: boolean }>;
}

/** The figures of both sides, and whether ours kept the bound. */
export function comparedSides(ours: Side, bare: Side, mustP99Ms: number) {
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) => quantile(ours.latenciesMs, share));
  const [bareP50Ms, bareP99Ms] = [0.5, 0.99].map((share) => quantile(bare.latenciesMs, share));
  const pass = ours.missed === 0 && p99Ms !== undefined && p99Ms <= mustP99Ms;
  const { missed } = ours;
  return { samples: ours.latenciesMs.length, missed, p50Ms, p99Ms, maxMs, bareP50Ms, bareP99Ms, mustP99Ms, pass };
}

/** The command line of a latency bench: one JSON object on stdout, and 1 where it did not pass. */
export async function runLatencyBench(bench: LatencyBench): Promise<void> {
  try {
    await runCommandLine(bench);
  } catch (error) {
    process.stderr.write(`${bench.name}: ${asError(error).message}\n`);
    process.exitCode = 1;
  }
}

async function runCommandLine({ usage, samples: usual, measure }: LatencyBench): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      samples: { type: "string", default: String(usual) },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  const samples = Number(values.samples);
  if (!Number.isInteger(samples) || samples < 100) throw new Error("--samples must be a whole number of at least 100");
  const result = await measure(samples);
  process.stdout.write(`${JSON.stringify(result, undefined, values.json === true ? undefined : 2)}\n`);
  process.exitCode = result.pass ? 0 : 1;
}
