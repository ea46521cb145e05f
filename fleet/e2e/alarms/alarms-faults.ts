import { randomBytes } from "node:crypto";

import { Command } from "commander";

import { settle } from "../ledger/settle.ts";
import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { SeededRandom } from "../seeded-random.ts";
import { ALARM_FAULTS, type AlarmFault } from "./alarm-rounds.ts";
import { AlarmSite, GATEWAY_ID, RULE_ID } from "./alarm-site.ts";
import { countByChange, judge, type Round } from "./judgement.ts";

const SETTLE_WITHIN_MS = 120_000;
/** A target, not a bound: what a kill costs is the start of a process on this machine. */
const TARGET_BLIND_MS = 2_000;

const program = new Command("npm run faults -- alarms")
  .description(
    "Kills the gateway in every state of an alarm and reboots its machine, and judges siren, people and records.",
  )
  .option("--rounds <n>", "faults, each kind once where there is room", wholeNumber, ALARM_FAULTS.length)
  .option("--seed <text>", "draws the same faults again")
  .option("--json", "one line of JSON at the end")
  .parse();
const options = program.opts<{ rounds: number; seed?: string }>();

/** One fault, what came after it, and the end of the alarm. */
async function play(site: AlarmSite, fault: AlarmFault, random: SeededRandom): Promise<Round> {
  const trippedAtMs = Date.now();
  const promised = await fault.run(site, random);
  const { mustSound, mustAsk } = promised;
  const before = (await site.sent()).length;
  const sounded = !mustSound || (await comes(site, "the siren sounds", () => site.isSirenOn()));
  const asked = !mustAsk || (await comes(site, "somebody is asked", async () => (await site.sent()).length > before));
  const ended = await comes(site, "the alarm comes to its end", () => site.bringToEnd());
  site.demo.uplink.set("open");
  await site.machine.setWall(0);
  process.stderr.write(`${fault.name}: ${JSON.stringify({ sounded, asked, ended })}\n`);
  return { name: fault.name, trippedAtMs, promised, sounded, asked, ended };
}

/** Whether it comes in time. Where it does not, the round goes on: what was promised is judged in the end. */
async function comes(site: AlarmSite, what: string, look: () => Promise<boolean>): Promise<boolean> {
  try {
    await site.until(what, look);
    return true;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

async function measure(directory: string): Promise<boolean> {
  const { rounds: count, seed = randomBytes(4).toString("hex") } = options;
  process.stderr.write(`seed ${seed}\n`);
  const random = new SeededRandom(seed);
  await using site = await AlarmSite.open(directory);
  const rounds: Round[] = [];
  const byFault: Record<string, number> = {};
  for (const fault of random.drawWeighted(count, ALARM_FAULTS)) {
    rounds.push(await play(site, fault, random));
    byFault[fault.name] = (byFault[fault.name] ?? 0) + 1;
  }
  const sent = (await site.sent()).map(({ reference }) => reference);
  const { records, ...settled } = await settle(site.demo, GATEWAY_ID, AbortSignal.timeout(SETTLE_WITHIN_MS));
  const verdict = judge(rounds, await site.steps(), sent);
  const notifications = countByChange(await site.ledger.notifications(GATEWAY_ID, RULE_ID));
  const { stuck, disordered, unmarked } = verdict;
  const lost = verdict.lost + settled.lost;
  const isExact = lost + stuck + disordered + unmarked + settled.duplicated + settled.quarantined === 0;
  const pass = isExact && records > 0 && sent.length > 0;
  const figures = { ...settled, ...verdict, lost, sent: sent.length, notifications, ...blindWindow(site.blindMs) };
  const result = { name: "alarms", seed, rounds: rounds.length, byFault, records, ...figures, pass };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

/** How long a momentary press is not seen after a kill, beside the time the service manager waits before it starts again. */
function blindWindow(blindMs: readonly number[]) {
  const sorted = blindMs.toSorted((a, b) => a - b).map((ms) => Math.round(ms));
  return {
    blindP50Ms: sorted[Math.floor(sorted.length / 2)],
    blindMaxMs: sorted.at(-1),
    targetBlindMs: TARGET_BLIND_MS,
  };
}

await runScript(() => inTemporaryFolder("alarms", measure));
