import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { Command } from "commander";

import { FleetLedger } from "../ledger/fleet-ledger.ts";
import { settle } from "../ledger/settle.ts";
import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { SeededRandom } from "../seeded-random.ts";
import { CLOCK_FAULTS, type ClockFault } from "./clock-rounds.ts";
import { ClockSite, GATEWAY_ID, RULE_ID } from "./clock-site.ts";
import { judge, soundsBy, type Round } from "./judgement.ts";

const SETTLE_WITHIN_MS = 120_000;

const program = new Command("npm run faults -- clock")
  .description("Moves a gateway's clock and reboots it around an alarm's delay, and judges siren and records.")
  .option("--rounds <n>", "faults, each kind once where there is room", wholeNumber, CLOCK_FAULTS.length)
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: number; seed?: string }>();

/** Trips the pump under one fault, then sets the clock right and the pump too. Begins with a boot at the right time. */
async function play(site: ClockSite, fault: ClockFault, random: SeededRandom): Promise<Round> {
  await site.boot(0, "trusted");
  const trippedAtMs = await fault.run(site, random);
  const sirenAtMs = await site.sirenOnBy(soundsBy(trippedAtMs, site.readyAtMs));
  await site.machine.setWall(0);
  await site.reset();
  await fault.after?.(site);
  const heard = sirenAtMs === undefined ? "no siren" : `siren after ${sirenAtMs - trippedAtMs} ms`;
  process.stderr.write(`${fault.name}: ${heard}\n`);
  if (sirenAtMs === undefined) process.stderr.write(`${site.demo.gateway.logTail()}\n`);
  return { fault, trippedAtMs, sirenAtMs };
}

async function measure(directory: string): Promise<boolean> {
  const { rounds: count, seed = randomBytes(4).toString("hex") } = options;
  process.stderr.write(`seed ${seed}\n`);
  const random = new SeededRandom(seed);
  await using site = await ClockSite.open(directory);
  const rounds: Round[] = [];
  const byFault: Record<string, number> = {};
  for (const fault of random.draw(count, CLOCK_FAULTS)) {
    rounds.push(await play(site, fault, random));
    byFault[fault.name] = (byFault[fault.name] ?? 0) + 1;
  }
  const { records, ...settled } = await settle(site.demo, GATEWAY_ID, AbortSignal.timeout(SETTLE_WITHIN_MS));
  await using ledger = await FleetLedger.open(join(directory, "fleet"));
  const steps = await ledger.alarmSteps(GATEWAY_ID, RULE_ID);
  const verdict = judge(rounds, steps);
  const faults = { ...settled, ...verdict, duplicated: settled.duplicated + verdict.duplicated };
  const pass = records > 0 && Object.values(faults).every((found) => found === 0);
  const result = { name: "clock", seed, rounds: rounds.length, byFault, records, ...faults, pass };
  if (!pass) for (const step of steps) process.stderr.write(`${step.change}: ${step.clockConfidence}\n`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

await runScript(() => inTemporaryFolder("clock", measure));
