import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { Command } from "commander";

import { FleetLedger } from "../ledger/fleet-ledger.ts";
import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { SeededRandom } from "../seeded-random.ts";
import { firstThat } from "../sightings.ts";
import { drawUp, type Account } from "./judgement/account.ts";
import { toldTransactions, type ToldTransaction } from "./judgement/told.ts";
import { Drivers } from "./load/drivers.ts";
import { SupplyWatch, type SupplyFigures } from "./load/supply-watch.ts";
import { drawFaults } from "./rounds/faults.ts";
import { ChargingSite, GATEWAY_ID } from "./site/charging-site.ts";
import type { StationState } from "./site/street.ts";

/** After the last fault a station may still wait for its turn to try again. */
const TOLD_WITHIN_MS = 120_000;
const SETTLED_WITHIN_MS = 60_000;

const program = new Command("npm run faults -- ocpp")
  .description("Breaks gateway, fleet, stations and lines while people charge, and holds the fleet against the meters.")
  .option("--rounds <n>", "faults, one after the other", wholeNumber, 30)
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: number; seed?: string }>();

interface Outcome extends Account, SupplyFigures {
  readonly byFault: Readonly<Record<string, number>>;
  /** Messages of transactions that a station gave up or still holds. */
  readonly untold: number;
}

async function measure(directory: string, random: SeededRandom): Promise<Outcome> {
  await using site = await ChargingSite.open(directory);
  const watch = new SupplyWatch(site.streets);
  const drivers = new Drivers(site.streets);
  drivers.begin((place) => new SeededRandom(`${random.seed}:${place}`));
  const byFault: Record<string, number> = {};
  for (const [index, fault] of drawFaults(options.rounds, random).entries()) {
    await delay(random.between(500, 4_000));
    const startMs = performance.now();
    await fault.run(site, random);
    byFault[fault.name] = (byFault[fault.name] ?? 0) + 1;
    process.stderr.write(`${index + 1}: ${fault.name} ${Math.round(performance.now() - startMs)} ms\n`);
  }
  await drivers.leave();
  const states = await untilTold(site);
  const supply = await watch.end();
  await site.gateway.untilDrained();
  const untold = states.reduce((sum, one) => sum + one.queueLength + one.transactionMessages.dropped, 0);
  return { byFault, untold, ...(await settledAccount(site, toldOf(site, states))), ...supply };
}

/** Waits until every station has had everything acknowledged, or the limit is over. */
async function untilTold(site: ChargingSite): Promise<readonly StationState[]> {
  const look = async (): Promise<readonly StationState[]> =>
    (await Promise.all(site.streets.map((street) => street.state()))).flat();
  const isTold = async (): Promise<boolean> =>
    (await look()).every(({ isAccepted, queueLength }) => isAccepted && queueLength === 0);
  await firstThat(isTold, AbortSignal.timeout(TOLD_WITHIN_MS)).catch(() => {});
  return await look();
}

function toldOf(site: ChargingSite, states: readonly StationState[]): readonly ToldTransaction[] {
  return site.streets
    .flatMap(({ stations }) => stations)
    .flatMap((station) => {
      const state = states.find(({ identity }) => identity === station.identity);
      return toldTransactions(station, state?.transactionMessages.messages ?? []);
    });
}

async function settledAccount(site: ChargingSite, told: readonly ToldTransaction[]): Promise<Account> {
  await using ledger = await FleetLedger.open(site.fleetState);
  const deadlineMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const records = await ledger.records(GATEWAY_ID, "occurrence");
    const account = drawUp(told, await ledger.chargingTransactions(GATEWAY_ID), records);
    if (account.lost === 0 || performance.now() > deadlineMs) return account;
    await delay(2_000);
  }
}

await runScript(async () => {
  const { rounds, seed = randomBytes(4).toString("hex") } = options;
  process.stderr.write(`seed ${seed}\n`);
  const outcome = await inTemporaryFolder("ocpp", (directory) => measure(directory, new SeededRandom(seed)));
  for (const fault of outcome.faults) process.stderr.write(`${fault}\n`);
  const { faults: _, ...figures } = outcome;
  const { transactions, lost, doubled, withHole, wrong, untold, overLimitInstants, loadedInstants } = outcome;
  const isExact = lost + doubled + withHole + wrong + untold + overLimitInstants === 0;
  const pass = isExact && transactions > 0 && loadedInstants > 0;
  process.stdout.write(`${JSON.stringify({ name: "ocpp", seed, rounds, ...figures, pass })}\n`);
  return pass;
});
