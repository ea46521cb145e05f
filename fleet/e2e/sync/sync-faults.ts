import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { Command } from "commander";

import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { SeededRandom } from "../seeded-random.ts";
import { drawFaults } from "./fault-rounds.ts";
import { openFaultSite, type Shape } from "./fault-site.ts";

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
  .option("--rounds <n>", "faults, half of them with mosquitto between where it is installed", wholeNumber, 50)
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: number; seed?: string }>();

async function runShape(shape: Shape, rounds: number, tally: Tally, random: SeededRandom): Promise<void> {
  await inTemporaryFolder("faults", async (directory) => {
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
  });
}

await runScript(async () => {
  const { rounds, seed = randomBytes(4).toString("hex") } = options;
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
  return pass;
});
