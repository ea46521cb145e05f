/**
 * Lets a pump station's load run into a disk that is far too small, with the uplink cut, and looks at what is left when
 * the line returns. Prints one JSON line with `--json`; exits 1 where anything was lost, doubled or did not recover.
 */
import { systemClock } from "@outpost/kernel/clock.ts";
import { createLog } from "@outpost/kernel/log.ts";
import { Command } from "commander";

import { wholeNumber } from "../../testing/whole-number.ts";
import type { DiskLadder, Journal } from "../journal.ts";
import { openJournal } from "../open-journal.ts";
import { rungOf } from "../space/ladder.ts";
import { hog, makeTinyDisk, type TinyDisk } from "../testing/tiny-disk.ts";
import { seededRandom, SiteLoad } from "./site-load.ts";
import { StandInFleet } from "./stand-in-fleet.ts";

/** Long enough for the largest of the tiny disks to fill, short enough to end where the ladder never holds. */
const MAX_OUTAGE_SECONDS = 4_000;
const MAX_RECOVERY_TRIES = 200;

interface RoundResult {
  readonly disk: string;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly rows: number;
  readonly voided: number;
  readonly ladderReached: readonly DiskLadder[];
  readonly alarms: number;
  readonly alarmsKept: number;
  readonly isRecovered: boolean;
}

const options = new Command("npm run faults -- disk-full")
  .description("Lets a journal run into a disk that is far too small, with the uplink cut, and looks at what is left.")
  .option("--rounds <n>", "how often", wholeNumber, 5)
  .option("--seed <n>", "draws the same loads and disks again", wholeNumber, (Date.now() % 1_000_000) + 1)
  .option("--verbose", "each round's figures on stderr")
  .option("--json", "one line of JSON at the end")
  .parse()
  .opts<{ rounds: number; seed: number; verbose?: true; json?: true }>();
const rounds: RoundResult[] = [];
for (let round = 0; round < options.rounds; round += 1) {
  const result = await oneRound(seededRandom(options.seed + round), round);
  if (options.verbose) console.error(JSON.stringify(result));
  rounds.push(result);
}
const sum = (count: (round: RoundResult) => number): number => rounds.reduce((total, round) => total + count(round), 0);
const reached = new Set(rounds.flatMap((round) => round.ladderReached));
const summary = {
  name: "disk-full",
  rounds: rounds.length,
  seed: options.seed,
  disks: [...new Set(rounds.map((round) => round.disk))],
  lost: sum((round) => round.lost),
  duplicated: sum((round) => round.duplicated),
  reordered: sum((round) => round.reordered),
  rows: sum((round) => round.rows),
  voided: sum((round) => round.voided),
  ladderReached: [...reached].toSorted((a, b) => rungOf(a) - rungOf(b)),
  alarms: sum((round) => round.alarms),
  alarmsKept: sum((round) => round.alarmsKept),
  recovered: sum((round) => (round.isRecovered ? 1 : 0)),
};
const pass =
  summary.lost + summary.duplicated + summary.reordered === 0 &&
  summary.alarmsKept === summary.alarms &&
  summary.recovered === rounds.length &&
  reached.has("no-occurrences");
console.log(JSON.stringify({ ...summary, pass }, null, options.json ? 0 : 2));
process.exitCode = pass ? 0 : 1;

async function oneRound(random: () => number, round: number): Promise<RoundResult> {
  // Every other round the disk is large and the site file's maximum is what is small.
  const smallBytes = Math.round((3 + random() * 5) * 2 ** 20);
  const isDiskSmall = round % 2 === 0;
  using disk = makeTinyDisk(isDiskSmall ? smallBytes : 64 * 2 ** 20);
  const maxBytes = isDiskSmall ? 2 ** 30 : smallBytes;
  const load = new SiteLoad(random);
  const fleet = new StandInFleet();
  const seen = new Set<DiskLadder>();

  const restartAt = Math.round(random() * 200);
  let journal = await open(disk, maxBytes);
  for (let second = 0; second < MAX_OUTAGE_SECONDS && !seen.has("no-occurrences"); second += 1) {
    await load.second(journal);
    if (second === restartAt) {
      await journal[Symbol.asyncDispose]();
      journal = await open(disk, maxBytes);
    }
    seen.add((await journal.status()).ladder);
  }
  for (let second = 0; second < 20; second += 1) await load.second(journal);
  if (disk.kind === "tmpfs" && isDiskSmall) await withDiskTaken(disk, random, async () => load.alarm(journal));

  await fleet.drain(journal);
  const isRecovered = await recovers(journal, load, seen);
  await fleet.drain(journal);
  const { waiting } = await journal.status();
  await journal[Symbol.asyncDispose]();
  const left = Object.values(waiting).reduce((total, count) => total + count, 0);
  const account = fleet.account(load.acknowledged);
  return {
    disk: `${disk.kind} of ${isDiskSmall ? "3 to 8" : "64"} MB, at most ${isDiskSmall ? "1 GB" : "3 to 8 MB"} allowed`,
    ...account,
    lost: account.lost + left,
    ladderReached: [...seen],
    alarms: load.handedIn,
    alarmsKept: fleet.kept(load.acknowledged),
    isRecovered,
  };
}

async function open(disk: TinyDisk, maxBytes: number): Promise<Journal> {
  return openJournal({
    directory: disk.directory,
    maxBytes,
    keepDays: 30,
    clock: systemClock,
    log: createLog("journal", options.verbose ? "error" : "silent"),
    limits: { ...disk.limits, chunkRows: 100, groupMs: 1, tickMs: 50, retryFirstMs: 20, retryMaxMs: 200 },
  });
}

/** Another program takes the rest of the disk while alarms are raised. */
async function withDiskTaken(disk: TinyDisk, random: () => number, raise: () => Promise<void>): Promise<void> {
  using taken = hog(disk, Math.round(random() * 32_768));
  for (let alarm = 0; alarm < 25; alarm += 1) await raise();
  taken[Symbol.dispose]();
}

/** Whether the ladder comes down by itself and every stream is written again. */
async function recovers(journal: Journal, load: SiteLoad, seen: Set<DiskLadder>): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_RECOVERY_TRIES; attempt += 1) {
    const { ladder, writeFault } = await journal.status();
    seen.add(ladder);
    if (ladder === "normal" && writeFault === undefined) {
      const droppedBefore = load.dropped;
      for (let second = 0; second < 6; second += 1) await load.second(journal);
      return load.dropped === droppedBefore;
    }
    await systemClock.sleep(50);
  }
  return false;
}
