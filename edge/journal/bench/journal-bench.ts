/**
 * Compares the journal with a bare better-sqlite3 loop that writes the same rows into a table of the same columns, WAL
 * and synchronous FULL, one transaction a batch. Prints one JSON line with `--json`; exits 1 below 0.80.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import Database from "better-sqlite3";
import { Command } from "commander";

import { wholeNumber } from "../../testing/whole-number.ts";
import type { Entry, Journal } from "../journal.ts";
import { openJournal } from "../open-journal.ts";

const MUST_REACH = 0.8;
const BATCHES = [100, 1_000] as const;
/** Batches handed over before the first is answered, as the gateway does: it never waits for one commit to gather more. */
const IN_FLIGHT = 4;
const ROW_CHARS = 1_024;

interface Side {
  readonly rowsPerSecond: number;
}

const options = new Command("npm run bench -- journal")
  .description("Durable rows a second of the journal, against a bare better-sqlite3 loop in turns with it.")
  .option("--rounds <n>", "turns of each side", wholeNumber, 11)
  .option("--rows <n>", "rows a turn", wholeNumber, 10_000)
  .option("--json", "one line of JSON at the end")
  .parse()
  .opts<{ rounds: number; rows: number; json?: true }>();
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "journal-bench-"));
try {
  const result = await bench(directory, options.rounds, options.rows);
  console.log(JSON.stringify(result, null, options.json ? 0 : 2));
  process.exitCode = result.pass ? 0 : 1;
} finally {
  fs.rmSync(directory, { recursive: true, force: true });
}

async function bench(
  at: string,
  rounds: number,
  rowsPerRound: number,
): Promise<{ readonly pass: boolean; readonly [figure: string]: unknown }> {
  const bare = openBare(path.join(at, "bare.db"));
  await using journal = await openJournal({
    directory: path.join(at, "ours"),
    maxBytes: 8 * 2 ** 30,
    keepDays: 30,
    clock: systemClock,
    log: silentLog,
  });
  const batches: Record<string, unknown> = {};
  let isFastEnough = true;
  for (const size of BATCHES) {
    const entries = entriesOf(rowsPerRound);
    const results: { bare: number; ours: number; oneInFlight: number }[] = [];
    // The first round warms both sides up.
    for (let round = 0; round <= rounds; round += 1) {
      const sides = {
        bare: async () => bare.write(entries, size),
        ours: async () => writeOurs(journal, entries, size, IN_FLIGHT),
        oneInFlight: async () => writeOurs(journal, entries, size, 1),
      };
      const measured = { bare: 0, ours: 0, oneInFlight: 0 };
      const order =
        round % 2 === 0 ? (["bare", "ours", "oneInFlight"] as const) : (["oneInFlight", "ours", "bare"] as const);
      for (const side of order) measured[side] = (await timed(entries.length, sides[side])).rowsPerSecond;
      if (round > 0) results.push(measured);
    }
    const ratio = median(results.map((one) => one.ours / one.bare));
    isFastEnough &&= ratio >= MUST_REACH;
    batches[size] = {
      bareRowsPerSecond: Math.round(median(results.map((one) => one.bare))),
      oursRowsPerSecond: Math.round(median(results.map((one) => one.ours))),
      ratio: round2(ratio),
      oneInFlightRowsPerSecond: Math.round(median(results.map((one) => one.oneInFlight))),
      oneInFlightRatio: round2(median(results.map((one) => one.oneInFlight / one.bare))),
    };
  }
  bare.close();
  return { name: "journal", batchesInFlight: IN_FLIGHT, rounds, rowsPerRound, batches, pass: isFastEnough };
}

function openBare(file: string): { write(entries: readonly Entry[], size: number): void; close(): void } {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec(
    "CREATE TABLE occurrence (place INTEGER PRIMARY KEY, recorded_at_ms REAL NOT NULL, lane TEXT NOT NULL, through INTEGER, body TEXT NOT NULL)",
  );
  const insert = db.prepare("INSERT INTO occurrence VALUES (?, ?, ?, ?, ?)");
  let place = 2 ** 40;
  const writeBatch = db.transaction((entries: readonly Entry[]) => {
    for (const { recordedAtMs, lane, body } of entries) insert.run((place += 1), recordedAtMs, lane, null, body);
  });
  return {
    write(entries, size) {
      for (let start = 0; start < entries.length; start += size) writeBatch(entries.slice(start, start + size));
    },
    close: () => db.close(),
  };
}

async function writeOurs(journal: Journal, entries: readonly Entry[], size: number, inFlight: number): Promise<void> {
  const flights: Promise<unknown>[] = [];
  for (let start = 0; start < entries.length; start += size) {
    if (flights.length >= inFlight) await flights.shift();
    flights.push(journal.append(entries.slice(start, start + size)));
  }
  await Promise.all(flights);
}

async function timed(rows: number, work: () => Promise<void>): Promise<Side> {
  const startedAt = process.hrtime.bigint();
  await work();
  return { rowsPerSecond: (rows * 1e9) / Number(process.hrtime.bigint() - startedAt) };
}

function entriesOf(count: number): Entry[] {
  const frame = { kind: "occurrence", deviceId: "ps1", name: "bench", occurredAtMs: 1, clockConfidence: "plausible" };
  return Array.from({ length: count }, (_, number) => {
    const empty = JSON.stringify({ ...frame, details: { number, filling: "" } });
    const body = JSON.stringify({ ...frame, details: { number, filling: "x".repeat(ROW_CHARS - empty.length) } });
    return { stream: "occurrence", recordedAtMs: 1_700_000_000_000 + number, lane: "ps1", body };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
