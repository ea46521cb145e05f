import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";

import { drawFaults } from "./fault-rounds.ts";
import { openFaultSite, type Shape } from "./fault-site.ts";
import { SeededRandom } from "./seeded-random.ts";

interface Tally {
  rounds: number;
  held: number;
  lost: number;
  duplicated: number;
  reordered: number;
  quarantined: number;
  readonly byFault: Record<string, number>;
}

const program = new Command("npm run faults -- sync")
  .description("Breaks a loaded gateway, its fleet, its broker and the line, and counts what the fleet has afterwards.")
  .option("--rounds <n>", "faults, half of them with mosquitto between where it is installed", "50")
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: string; seed?: string }>();

async function runShape(shape: Shape, rounds: number, tally: Tally, random: SeededRandom): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "outpost-faults-"));
  // The embedded database runs under an account of its own, which must get through.
  await chmod(directory, 0o755);
  try {
    await using site = await openFaultSite(directory, shape);
    for (const fault of drawFaults(shape, rounds, random)) {
      await delay(random.between(200, 1_000));
      site.gateway.tell("load");
      const startMs = performance.now();
      await fault.run(site, random);
      tally.rounds += 1;
      tally.byFault[fault.name] = (tally.byFault[fault.name] ?? 0) + 1;
      process.stderr.write(`${tally.rounds}: ${shape} ${fault.name} ${Math.round(performance.now() - startMs)} ms\n`);
    }
    await delay(1_000);
    const found = await site.drained();
    tally.held += found.held;
    tally.lost += found.lost.length;
    tally.duplicated += found.duplicated;
    tally.reordered += found.reordered;
    tally.quarantined += found.quarantined;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number above 0");
  const seed = options.seed ?? randomBytes(4).toString("hex");
  process.stderr.write(`seed ${seed}\n`);
  const random = new SeededRandom(seed);
  const tally: Tally = { rounds: 0, held: 0, lost: 0, duplicated: 0, reordered: 0, quarantined: 0, byFault: {} };
  const withoutMosquitto = missingPeer(MOSQUITTO);
  if (withoutMosquitto !== undefined) process.stderr.write(`one-process shape only: ${withoutMosquitto}\n`);
  const second = withoutMosquitto === undefined ? Math.floor(rounds / 2) : 0;
  await runShape("one-process", rounds - second, tally, random);
  if (second > 0) await runShape("two-process", second, tally, random);
  const pass = tally.lost === 0 && tally.duplicated === 0 && tally.quarantined === 0 && tally.held > 0;
  process.stdout.write(`${JSON.stringify({ name: "sync", seed, ...tally, pass })}\n`);
  process.exitCode = pass ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exitCode = 1;
}
