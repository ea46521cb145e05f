import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { Command } from "commander";

import { FleetLedger } from "../ledger/fleet-ledger.ts";
import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { SeededRandom } from "../seeded-random.ts";
import { drawUp, type Account } from "./judgement/account.ts";
import { Load } from "./load/load.ts";
import type { Diary } from "./rounds/fault.ts";
import { drawFaults } from "./rounds/faults.ts";
import { DevicesSite, GATEWAY_ID } from "./site/devices-site.ts";
import { POLL_TIMEOUT_MS } from "./site/simulated-devices.ts";

const SETTLED_WITHIN_MS = 60_000;

const program = new Command("npm run faults -- devices")
  .description("Breaks the gateway, its devices and their lines under load, and counts what the fleet has afterwards.")
  .option("--rounds <n>", "faults, one after the other", wholeNumber, 30)
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: number; seed?: string }>();

interface Outcome extends Account {
  readonly byFault: Readonly<Record<string, number>>;
  /** What devices still wait to have acknowledged in the end. */
  readonly unanswered: number;
}

async function measure(directory: string, random: SeededRandom): Promise<Outcome> {
  await using site = await DevicesSite.open(directory);
  const diary: Diary = { hotPlugs: [], stalls: [], quietAtMs: 0 };
  const byFault: Record<string, number> = {};
  await using load = new Load(site, random.seed);
  load.begin();
  for (const [index, fault] of drawFaults(options.rounds, random).entries()) {
    await delay(random.between(200, 1_500));
    const startMs = performance.now();
    await fault.run(site, random, diary);
    byFault[fault.name] = (byFault[fault.name] ?? 0) + 1;
    process.stderr.write(`${index + 1}: ${fault.name} ${Math.round(performance.now() - startMs)} ms\n`);
  }
  await delay(1_000);
  const unanswered = await load.hush();
  await site.untilOnline();
  await site.gateway.untilDrained();
  await using ledger = await FleetLedger.open(site.fleetState);
  const { speakers, witnesses, collector } = load;
  const evidence = { speakers, witnesses, collector, ...diary, maxAgeMs: POLL_TIMEOUT_MS };
  const account = await settledAccount(() => drawUp(ledger, GATEWAY_ID, evidence));
  return { byFault, unanswered, ...account };
}

/** The fleet confirms what it has committed: nothing should come any more. Where something is missing, it gets its time. */
async function settledAccount(draw: () => Promise<Account>): Promise<Account> {
  const deadlineMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const account = await draw();
    if (account.lost === 0 || performance.now() > deadlineMs) return account;
    await delay(2_000);
  }
}

await runScript(async () => {
  const { rounds, seed = randomBytes(4).toString("hex") } = options;
  process.stderr.write(`seed ${seed}\n`);
  const outcome = await inTemporaryFolder("devices", (directory) => measure(directory, new SeededRandom(seed)));
  for (const fault of outcome.faults) process.stderr.write(`${fault}\n`);
  const { faults: _, ...figures } = outcome;
  const { lost, duplicated, reordered, quarantined, wrongAsGood, disturbed, unanswered, acknowledged } = outcome;
  const isExact = lost + duplicated + reordered + quarantined + wrongAsGood + disturbed + unanswered === 0;
  const pass = isExact && acknowledged > 0;
  process.stdout.write(`${JSON.stringify({ name: "devices", seed, rounds, ...figures, pass })}\n`);
  return pass;
});
